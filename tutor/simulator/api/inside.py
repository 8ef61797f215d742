"""The API server as pods reach it, at the address of the Service kubernetes: they show the token of their service account, or they are
nobody in particular."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.simulator.api.access.authentication import ANONYMOUS
from tutor.simulator.api.http import Request
from tutor.simulator.images import traffic

if TYPE_CHECKING:
    from tutor.simulator.api.handler import Api


def serve_pods(api: Api) -> None:
    """Let the pods of the cluster ask this API."""

    def answer(asked: traffic.Request) -> traffic.Response:
        request = Request.of(asked.method, asked.path, asked.headers, asked.body)
        response = api.handle(replace(request, certificate_user=ANONYMOUS))
        body = response.payload()
        if response.stream is not None:  # a watch or a log that goes on shows what there is by now
            body = response.stream.pull()
            response.stream.close()
        return traffic.Response(
            response.status, body, {"Content-Type": response.content_type, **dict(response.headers)}
        )

    api.cluster.ask_api = answer
