"""What the hook refuses, each with its HTTP status."""

from ccnlp.errors import CcnlpError


class HookError(CcnlpError):
    """A request that is refused; ``status`` is that of HTTP."""

    status = 400


class BadRequestError(HookError):
    """The request says what cannot be."""

    status = 422


class UnknownConversationError(HookError):
    """There is no such conversation."""

    status = 404


class EndedError(HookError):
    """The conversation has ended and takes nothing new."""

    status = 409


class BusyError(HookError):
    """Too much is under way; the same request may be sent again."""

    status = 429


class NotReadyError(HookError):
    """State or models do not answer; the same request may be sent again."""

    status = 503
