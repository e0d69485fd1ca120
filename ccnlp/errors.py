"""The errors of ccnlp: each says what is wrong, where, and how to mend it."""


class CcnlpError(Exception):
    """Base of all errors that a user can mend.

    Parameters
    ----------
    what: what is wrong, in one sentence.
    where: the file, line and key, or the setting, that it stands in.
    mend: what to do about it.
    """

    #: Exit code of the command line: 2 misuse or bad configuration.
    exit_code = 2

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(what, where, mend)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel from a worker process whole: keyword-only parameters need help with that."""
        return _remade, (type(self), self.what, self.where, self.mend)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.mend})" if self.mend else text


def _remade(kind: type[CcnlpError], what: str, where: str, mend: str) -> CcnlpError:
    return kind(what, where=where, mend=mend)


class ConfigError(CcnlpError):
    """A recipe, rule, scorecard or setting is wrong."""


class InputError(CcnlpError):
    """An input file or folder cannot be read at all."""


class RecordError(CcnlpError):
    """One record of an input cannot be read; it goes to quarantine and the run goes on."""


class UnavailableError(CcnlpError):
    """Something that is needed is not there: a model, an optional package, a database."""

    exit_code = 3


class StoreError(CcnlpError):
    """The database cannot be used as it is."""

    exit_code = 3
