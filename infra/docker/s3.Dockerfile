# versitygw with a bucket, owned by a user that is not root: a fresh volume takes both over from here.
FROM versity/versitygw:v1.8.0
RUN mkdir -p /objects/hairline && chown -R 1000:1000 /objects
USER 1000:1000
VOLUME /objects
HEALTHCHECK --interval=5s --timeout=5s --retries=12 CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:7070/_/health"]
CMD ["--port", ":7070", "--quiet", "posix", "/objects"]
