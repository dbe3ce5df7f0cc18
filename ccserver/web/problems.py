"""Errors over HTTP: RFC 9457 problem details, each with what the reader can do about it."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from typing_extensions import override

from ccserver.core.errors import Refused


class Problem(Exception):  # noqa: N818 -- RFC 9457's word
    """An answer that is not what was asked for. `what_to_do` is for the person at the screen,
    `more` for the page: further members of the answer."""

    def __init__(
        self,
        status: int,
        detail: str,
        what_to_do: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.what_to_do = what_to_do
        self.headers = headers
        self.more = more or {}


class ProblemResponse(JSONResponse):
    """An `application/problem+json` body."""

    media_type = "application/problem+json"

    @override
    def __init__(self, problem: Problem) -> None:
        body = {
            "type": "about:blank",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "detail": problem.detail,
            "what_to_do": problem.what_to_do,
            **problem.more,
        }
        super().__init__(body, status_code=problem.status, headers=dict(problem.headers or {}))


def answer_with_problems(app: FastAPI) -> None:
    """Give every error of `app` the one form."""

    async def problem(_: Request, error: Exception) -> JSONResponse:
        return ProblemResponse(_problem_of(error))

    for kind in (Problem, Refused, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, problem)


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return Problem(error.status, str(error) or error.__doc__ or "", "Look at the state anew.")
    if isinstance(error, RequestValidationError):
        places = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()[:5]
        )
        return Problem(422, places, "Correct the named fields. /docs describes each.")
    if isinstance(error, HTTPException):
        what = "See /docs for what there is." if error.status_code in (404, 405) else ""
        return Problem(error.status_code, str(error.detail), what, headers=error.headers)
    # The traceback is in the server's log; a stranger learns nothing of it.
    return Problem(
        500, "The server made a mistake.", "Try again; tell the operator the time of day."
    )
