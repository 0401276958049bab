# docker build -t bellhop . && docker run -p 127.0.0.1:8080:8081 -v bellhop:/data bellhop
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# timetzdata puts the time zones into the binary: one file to trust, and CRON_TZ= works wherever it is copied to.
RUN CGO_ENABLED=0 go build -trimpath -tags timetzdata -ldflags "-s -w" -o /bellhop .
RUN mkdir /data && echo 'bellhop:x:65532:65532::/data:/nologin' > /passwd && echo 'bellhop:x:65532:' > /group

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /passwd /group /etc/
COPY deploy/container/config.yaml /etc/bellhop/config.yaml
COPY --from=build --chown=65532:65532 /data /data
COPY --from=build /bellhop /bellhop
USER 65532:65532
# The store and the socket beside it are all that is written, so the root may be read-only.
WORKDIR /data
VOLUME /data
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s CMD ["/bellhop", "healthcheck", "--config", "/etc/bellhop/config.yaml"]
ENTRYPOINT ["/bellhop"]
CMD ["--config", "/etc/bellhop/config.yaml"]
