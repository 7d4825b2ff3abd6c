# The collector and the command line: docker build -t hindcast . && docker run hindcast collector --help
FROM node:24-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts && npm run build

FROM node:24-slim
WORKDIR /opt/hindcast
COPY --from=build /src/dist/hindcast.cjs ./hindcast.cjs
COPY --from=build /src/dist/grammars ./grammars
RUN mkdir -p /var/lib/hindcast && chown node:node /var/lib/hindcast
USER node
VOLUME /var/lib/hindcast
# Other machines reach a container, so it takes tokens, and TLS or something in front that does it: docs/operations.md.
ENV HINDCAST_COLLECTOR_OTLP_GRPC=0.0.0.0:4317 \
    HINDCAST_COLLECTOR_OTLP_HTTP=0.0.0.0:4318 \
    HINDCAST_COLLECTOR_QUERY=0.0.0.0:4319 \
    HINDCAST_COLLECTOR_STORE=/var/lib/hindcast/collector.db \
    HINDCAST_COLLECTOR_LOG_FORMAT=json
EXPOSE 4317 4318 4319
ENTRYPOINT ["node", "/opt/hindcast/hindcast.cjs"]
CMD ["collector"]
