# One image, many processes: api, worker, beat, migrate (see docker-compose.yml).
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements/server.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --no-input --require-hashes --only-binary :all: -r requirements/server.txt
COPY pyproject.toml README.md LICENSE ./
COPY programs programs
COPY coach coach
COPY workers workers
RUN /venv/bin/pip install --no-cache-dir --no-input --no-deps --no-build-isolation .

FROM python:3.13-slim
# The pinned time zones win over the image's.
ENV PATH=/venv/bin:$PATH PYTHONTZPATH="" PYTHONUNBUFFERED=1
RUN useradd --system --no-create-home --shell /usr/sbin/nologin coach
COPY --from=build /venv /venv
USER coach
WORKDIR /venv
# Inside the container; which addresses it is published on is the deployment's choice.
ENV COACH_HOST=0.0.0.0
EXPOSE 8000
CMD ["coach", "api"]
