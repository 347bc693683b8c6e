import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.MutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Value;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers questions, one JSON object a line, with OpenFeature's OFREP client for Java. */
public final class Ask {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    var headers = ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + arguments[1]));
    var options = OfrepProviderOptions.builder().baseUrl(arguments[0]).headers(headers).build();
    var api = OpenFeatureAPI.getInstance();
    api.setProviderAndWait(OfrepProvider.constructProvider(options));
    var client = api.getClient();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.writeValueAsString(told(ask(client, JSON.readValue(line, Map.class)))));
    }
    api.shutdown();
  }

  private static FlagEvaluationDetails<?> ask(Client client, Map<String, Object> question) {
    var flag = (String) question.get("flag");
    var code = question.get("default");
    var context = contextOf((Map<String, Object>) question.getOrDefault("context", Map.of()));
    return switch ((String) question.get("type")) {
      case "boolean" -> client.getBooleanDetails(flag, (Boolean) code, context);
      case "string" -> client.getStringDetails(flag, (String) code, context);
      case "integer" -> client.getIntegerDetails(flag, ((Number) code).intValue(), context);
      case "float" -> client.getDoubleDetails(flag, ((Number) code).doubleValue(), context);
      default -> client.getObjectDetails(flag, Value.objectToValue(code), context);
    };
  }

  private static MutableContext contextOf(Map<String, Object> attributes) {
    var context = new MutableContext();
    attributes.forEach(
        (name, value) -> {
          if (name.equals("targetingKey")) {
            context.setTargetingKey((String) value);
          } else if (value instanceof Boolean truth) {
            context.add(name, truth);
          } else if (value instanceof Integer number) {
            context.add(name, number);
          } else if (value instanceof Number number) {
            context.add(name, number.doubleValue());
          } else {
            context.add(name, (String) value);
          }
        });
    return context;
  }

  private static Map<String, Object> told(FlagEvaluationDetails<?> details) {
    var answer = new HashMap<String, Object>();
    answer.put("value", details.getValue() instanceof Value value ? plain(value) : details.getValue());
    answer.put("reason", details.getReason());
    answer.put("variant", details.getVariant());
    answer.put("error", details.getErrorCode());
    return answer;
  }

  private static Object plain(Value value) {
    if (value.isList()) {
      return List.copyOf(value.asList().stream().map(Ask::plain).toList());
    }
    if (value.isStructure()) {
      var fields = new HashMap<String, Object>();
      value.asStructure().asMap().forEach((name, field) -> fields.put(name, plain(field)));
      return fields;
    }
    return value.asObject();
  }
}
