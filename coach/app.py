"""The only place where the API is wired: configuration, content, database, blueprints."""

from uuid import uuid4

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from coach.api import (
    accounts,
    auth,
    calendar,
    clinic,
    clinic_approvals,
    clinic_episodes,
    clinic_measures,
    clinic_plans,
    contact,
    document,
    duty,
    edge,
    edits,
    errors,
    library,
    own_data,
    own_programs,
    people,
    phone,
    reminders,
    status,
)
from coach.api.body import MOST_BYTES
from coach.clock import real_now
from coach.config import Config
from coach.console import pages as console
from coach.database import make_engine, make_sessions
from coach.limits import RequestLimit
from coach.logs import configure
from coach.phone import blueprint as phone_app
from coach.services.tokens import Signer
from coach.wake import Waker
from programs import catalog, schedule


def create_app(config: Config | None = None) -> Flask:
    """The WSGI application. Refuses to start on a bad setting, bad content or unpinned time zones."""
    config = config or Config.from_env()
    configure(config.log_level)
    schedule.assert_pinned()
    app = Flask("coach", static_folder=None)
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    engine = make_engine(config.database_url)
    app.extensions["coach"] = edge.Parts(
        config=config,
        sessions=make_sessions(engine),
        reads=engine.execution_options(isolation_level="AUTOCOMMIT"),
        catalog=catalog.load(),
        signer=Signer(config.secret_key),
        limit=RequestLimit(config.redis_url, config.rate_limit),
        waker=Waker(config.redis_url),
    )
    _install_request_frame(app)
    auth.install(app)
    edits.install(app)
    errors.install(app)
    spoken = (
        accounts,
        phone,
        reminders,
        contact,
        calendar,
        clinic,
        clinic_approvals,
        clinic_episodes,
        clinic_measures,
        clinic_plans,
        duty,
        people,
        library,
        own_data,
        own_programs,
    )
    document.install(app, [each.blueprint for each in spoken])
    app.register_blueprint(status.blueprint)
    app.register_blueprint(phone_app)
    console.install(app)
    return app


def _install_request_frame(app: Flask) -> None:
    @app.before_request
    def name_the_request() -> None:
        g.request_id = str(uuid4())

    @app.after_request
    def frame(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        if "revision" in g and response.status_code < 300:
            response.headers.setdefault("ETag", f'"{g.revision}"')
        now = g.get("server_time") or real_now()
        response.headers["Server-Time"] = now.isoformat()
        response.headers.setdefault("Cache-Control", "private, no-cache" if request.authorization else "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response
