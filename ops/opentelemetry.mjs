/**
 * Traces by OpenTelemetry, for `node --import ./opentelemetry.mjs … burgee-server api`. Burgee itself knows nothing of it and installs
 * nothing for it: put this file into a folder of its own and add what it imports there (docs/guides/operating.md):
 *
 *   npm install @opentelemetry/api@1.10.0 @opentelemetry/sdk-node@0.301.0 @opentelemetry/sdk-trace@3.1.0 @opentelemetry/instrumentation@0.301.1 \
 *     @opentelemetry/instrumentation-http@0.301.0 @opentelemetry/instrumentation-pg@0.77.0 @opentelemetry/exporter-trace-otlp-http@0.301.0
 *
 * The usual variables say where to: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER. Figures are at /metrics.
 */
import { subscribe } from 'node:diagnostics_channel';
import { register } from 'node:module';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';

process.env.OTEL_SERVICE_NAME ??= 'burgee';
process.env.OTEL_METRICS_EXPORTER ??= 'none';
process.env.OTEL_LOGS_EXPORTER ??= 'none';
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

/** All that a span may say. An address holds the key of a flag, and a token; a message quotes what somebody sent: they stay here. */
const kept = new Set([
  'http.method',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'http.status_code',
  'net.host.port',
  'network.protocol.version',
  'server.port',
  'db.collection.name',
  'db.name',
  'db.namespace',
  'db.operation',
  'db.operation.name',
  'db.query.text',
  'db.statement',
  'db.system',
  'db.system.name',
  'error.type',
]);

class OnlyKept {
  constructor(next) {
    this.next = next;
  }

  onStart(span, context) {
    this.next.onStart(span, context);
  }

  onEnd(span) {
    for (const name of Object.keys(span.attributes)) if (!kept.has(name)) delete span.attributes[name];
    span.events.length = 0;
    delete span.status.message;
    this.next.onEnd(span);
  }

  forceFlush() {
    return this.next.forceFlush();
  }

  shutdown() {
    return this.next.shutdown();
  }
}

const ofOperators = /^\/(livez|readyz|metrics)$/;
const processor = new OnlyKept(
  new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY ?? 5000),
  }),
);
const sdk = new NodeSDK({
  spanProcessors: [processor],
  instrumentations: [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: ({ url = '' }) => ofOperators.test(url),
      requireParentforOutgoingSpans: true,
    }),
    new PgInstrumentation({ requireParentSpan: true }),
  ],
});
sdk.start();

// the span of a request is named by its route, such as /ofrep/v1/evaluate/flags/:key
subscribe('fastify.initialization', ({ fastify }) => {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const span = trace.getActiveSpan();
    const route = request.routeOptions.url;
    if (route !== undefined) span?.setAttribute('http.route', route).updateName(`${request.method} ${route}`);
    done();
  });
});

// what ended before the process stops; it drains for some seconds, and its last spans go out meanwhile
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void processor.forceFlush());
