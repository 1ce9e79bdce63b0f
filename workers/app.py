"""The Celery app: how frame tasks come to a worker. JSON only, no results, early acknowledgement."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu.entity import Queue

from farm.settings import Settings
from farm.store import keys
from farm.store.primary import split_urls
from workers.broker import ADDRESSES, STEPS, PatientConnection


class _FrameAmqp(AMQP):  # type: ignore[misc]  # Celery has no types
    """Consumes without acknowledgement: a frame that is lost with its worker is not drawn again but healed by
    the next, and the bookkeeping of what was not acknowledged costs more than the rest of a task."""

    Connection = PatientConnection

    def TaskConsumer(self, channel: Any, *args: Any, **options: Any) -> Any:  # noqa: N802  Celery's name
        return super().TaskConsumer(channel, *args, no_ack=True, **options)


def configuration(settings: Settings) -> dict[str, Any]:
    """Celery's own settings."""
    return {
        "broker_url": split_urls(settings.broker_url())[0],
        "result_backend": None,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_acks_late": False,
        "task_queues": [Queue(keys.QUEUE, routing_key=keys.QUEUE)],  # type: ignore[no-untyped-call]
        "task_default_queue": keys.QUEUE,
        "task_create_missing_queues": False,
        "worker_concurrency": settings.worker_concurrency,
        "worker_prefetch_multiplier": 1,
        # A worker takes no frame that another one could begin sooner.
        "worker_disable_prefetch": True,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": settings.task_events,
        "worker_enable_remote_control": settings.task_events,
        # Of no effect with early acknowledgement, but Celery warns when it is left open.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 2,
        "broker_transport_options": {
            "socket_connect_timeout": 2,
            "socket_timeout": 5,
            "socket_keepalive": True,
            "priority_steps": list(STEPS),
            ADDRESSES: settings.broker_url(),
        },
    }


def make_app(settings: Settings) -> Celery:
    """The app of one worker."""
    app = Celery("framefarm", amqp=_FrameAmqp, set_as_current=False)
    app.config_from_object(configuration(settings))
    return app
