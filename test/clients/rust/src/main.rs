//! Answers questions, one JSON object a line, with OpenFeature's OFREP client for Rust.

use std::io::{BufRead, Write};

use open_feature::{
    Client, EvaluationContext, EvaluationDetails, EvaluationResult, OpenFeature, StructValue, Value,
};
use open_feature_ofrep::{OfrepOptions, OfrepProvider};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value as Json, json};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let [url, key] = std::env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .expect("url and key");
    let bearer = HeaderValue::from_str(&format!("Bearer {key}")).expect("a key");
    let options = OfrepOptions {
        base_url: url,
        headers: HeaderMap::from_iter([(AUTHORIZATION, bearer)]),
        ..Default::default()
    };
    let provider = OfrepProvider::new(options).await.expect("a provider");
    OpenFeature::singleton_mut()
        .await
        .set_provider(provider)
        .await;
    let client = OpenFeature::singleton().await.create_client();
    for line in std::io::stdin().lock().lines() {
        let question: Json = serde_json::from_str(&line.expect("a line")).expect("a question");
        let answer = ask(&client, &question).await;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}").expect("a reader");
        out.flush().expect("a reader");
    }
}

async fn ask(client: &Client, question: &Json) -> Json {
    let flag = question["flag"].as_str().expect("a flag");
    let context = context_of(&question["context"]);
    let who = Some(&context);
    let code = &question["default"];
    match question["type"].as_str() {
        Some("boolean") => told(
            client.get_bool_details(flag, who, None).await,
            code,
            Json::from,
        ),
        Some("string") => told(
            client.get_string_details(flag, who, None).await,
            code,
            Json::from,
        ),
        Some("integer") => told(
            client.get_int_details(flag, who, None).await,
            code,
            Json::from,
        ),
        Some("float") => told(
            client.get_float_details(flag, who, None).await,
            code,
            Json::from,
        ),
        _ => {
            let details = client
                .get_struct_details::<StructValue>(flag, who, None)
                .await;
            told(details, code, |value| json_of(&Value::Struct(value)))
        }
    }
}

/// The client has no defaults: where it answers with an error, the application takes its own.
fn told<T>(
    answer: EvaluationResult<EvaluationDetails<T>>,
    code: &Json,
    json: fn(T) -> Json,
) -> Json {
    match answer {
        Ok(details) => json!({
            "value": json(details.value),
            "reason": details.reason.map(|reason| reason.to_string()),
            "variant": details.variant,
        }),
        Err(error) => json!({ "value": code, "reason": "ERROR", "error": error.code.to_string() }),
    }
}

fn context_of(attributes: &Json) -> EvaluationContext {
    let mut context = EvaluationContext::default();
    for (name, value) in attributes.as_object().into_iter().flatten() {
        context = match value {
            Json::String(text) if name == "targetingKey" => context.with_targeting_key(text),
            Json::String(text) => context.with_custom_field(name, text.clone()),
            Json::Bool(truth) => context.with_custom_field(name, *truth),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => context.with_custom_field(name, whole),
                None => context.with_custom_field(name, number.as_f64().unwrap_or_default()),
            },
            _ => context,
        };
    }
    context
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Bool(truth) => json!(truth),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::String(text) => json!(text),
        Value::Array(list) => list.iter().map(json_of).collect(),
        Value::Struct(fields) => fields
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), json_of(value)))
            .collect(),
    }
}
