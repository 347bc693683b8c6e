# One build, four images: `api` (with the admin inside; its command also migrates), `worker`, `relay`, and the example `shop`.

FROM node:24-bookworm-slim AS build
WORKDIR /app
RUN npm install --global pnpm@12.21.0
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml tsconfig.base.json ./
COPY tools tools
COPY sdks sdks
COPY services services
COPY examples examples
COPY test/package.json test/package.json
RUN pnpm install --frozen-lockfile --reporter=append-only
RUN node tools/build.ts
# what runs, without the tools and without what is inside the built pages already
RUN rm -rf node_modules */*/node_modules examples/*/*/node_modules \
    && pnpm install --prod --frozen-lockfile --offline --reporter=append-only \
       --filter "@burgee/standalone..." --filter "@burgee/shop-api..." --filter "!@burgee/admin" --filter "!@burgee/shop-web"

FROM node:24-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app
RUN groupadd --gid 10001 burgee && useradd --uid 10001 --gid burgee --no-create-home --shell /usr/sbin/nologin burgee \
    && mkdir /var/lib/burgee && chown burgee:burgee /var/lib/burgee
COPY --from=build /app/package.json package.json
COPY --from=build /app/node_modules node_modules

FROM base AS server
COPY --from=build /app/sdks sdks
COPY --from=build /app/services services
COPY hasura hasura
# requests leave little behind: room for more of it would only be memory
ENV NODE_OPTIONS=--max-semi-space-size=8
ENV BURGEE_HOST=0.0.0.0 PORT=4400 BURGEE_SNAPSHOT_DIR=/var/lib/burgee
USER 10001:10001
EXPOSE 4400
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --start-interval=500ms --retries=3 \
    CMD ["node", "/app/services/standalone/dist/server.js", "health"]

FROM server AS worker
CMD ["node", "/app/services/standalone/dist/server.js", "worker"]

FROM server AS relay
CMD ["node", "/app/services/standalone/dist/server.js", "relay"]

FROM base AS shop
COPY --from=build /app/sdks sdks
COPY --from=build /app/examples examples
ENV PORT=4401 SHOP_HOST=0.0.0.0 SHOP_CACHE_FILE=/var/lib/burgee/shop-ruleset.json
USER 10001:10001
EXPOSE 4401
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --start-interval=500ms --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/config.json`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "/app/examples/shop/api/dist/main.js"]

FROM server AS api
CMD ["node", "/app/services/standalone/dist/server.js", "api"]
