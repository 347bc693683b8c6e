// Answers questions, one JSON object a line, with OpenFeature's OFREP client for Go.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"

	"github.com/open-feature/go-sdk-contrib/providers/ofrep"
	"github.com/open-feature/go-sdk/openfeature"
)

type question struct {
	Flag    string         `json:"flag"`
	Type    string         `json:"type"`
	Default any            `json:"default"`
	Context map[string]any `json:"context"`
}

type answer struct {
	Value    any            `json:"value"`
	Reason   string         `json:"reason"`
	Variant  string         `json:"variant"`
	Error    string         `json:"error"`
	Metadata map[string]any `json:"metadata"`
}

func main() {
	provider := ofrep.NewProvider(os.Args[1], ofrep.WithBearerToken(os.Args[2]))
	if err := openfeature.SetProviderAndWait(provider); err != nil {
		panic(err)
	}
	client := openfeature.NewClient("ask")
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(ask(client, asked)); err != nil {
			panic(err)
		}
	}
}

// An error is told in the details too.
func ask(client *openfeature.Client, asked question) answer {
	key, _ := asked.Context["targetingKey"].(string)
	delete(asked.Context, "targetingKey")
	who := openfeature.NewEvaluationContext(key, asked.Context)
	ctx := context.Background()
	switch asked.Type {
	case "boolean":
		details, _ := client.BooleanValueDetails(ctx, asked.Flag, asked.Default.(bool), who)
		return told(details.Value, details.EvaluationDetails)
	case "string":
		details, _ := client.StringValueDetails(ctx, asked.Flag, asked.Default.(string), who)
		return told(details.Value, details.EvaluationDetails)
	case "integer":
		details, _ := client.IntValueDetails(ctx, asked.Flag, int64(asked.Default.(float64)), who)
		return told(details.Value, details.EvaluationDetails)
	case "float":
		details, _ := client.FloatValueDetails(ctx, asked.Flag, asked.Default.(float64), who)
		return told(details.Value, details.EvaluationDetails)
	default:
		details, _ := client.ObjectValueDetails(ctx, asked.Flag, asked.Default, who)
		return told(details.Value, details.EvaluationDetails)
	}
}

func told(value any, details openfeature.EvaluationDetails) answer {
	return answer{value, string(details.Reason), details.Variant, string(details.ErrorCode), details.FlagMetadata}
}
