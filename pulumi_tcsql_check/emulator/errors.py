"""What the emulator can refuse: a request, in the API's own codes, and a scenario it can't use."""

from enum import StrEnum


class Code(StrEnum):
    """The API's error codes that the emulator itself gives; all are published, most as common to every action."""

    MISSING_PARAMETER = "MissingParameter"
    INVALID_PARAMETER = "InvalidParameter"
    INPUT_ILLEGAL = "InvalidParameter.InputIllegal"
    PARAMS_ASSERT_FAILED = "InvalidParameter.ParamsAssertFailed"
    UNKNOWN_PARAMETER = "UnknownParameter"
    UNSUPPORTED_PROTOCOL = "UnsupportedProtocol"
    INVALID_ACTION = "InvalidAction"
    NO_SUCH_VERSION = "NoSuchVersion"
    UNSUPPORTED_REGION = "UnsupportedRegion"
    REQUEST_LIMIT_EXCEEDED = "RequestLimitExceeded"
    ROLE_NOT_FOUND = "ResourceNotFound.RoleNotFound"
    ROLE_DURATION = "InvalidParameter.OverTimeError"
    ROLE_PARAMETER = "InvalidParameter.ParamError"
    NOT_FOUND = "ResourceNotFound.DBNotFound"
    INVALID_AUTHORIZATION = "AuthFailure.InvalidAuthorization"
    SECRET_ID_NOT_FOUND = "AuthFailure.SecretIdNotFound"  # noqa: S105 - a code of the API
    SIGNATURE_EXPIRE = "AuthFailure.SignatureExpire"
    SIGNATURE_FAILURE = "AuthFailure.SignatureFailure"
    TOKEN_FAILURE = "AuthFailure.TokenFailure"  # noqa: S105 - a code of the API


class RefusalError(Exception):
    """A request that the API would answer with an error.

    Attributes:
        code: Says in what way it is wrong.
        message: One or two sentences for the caller.
    """

    def __init__(self, code: Code, message: str) -> None:
        """Take what the error envelope will say."""
        super().__init__(f"{code.value}: {message}")
        self.code = code
        self.message = message


class ScenarioError(Exception):
    """A scenario that can't be played.

    Attributes:
        source: The file, or the name, that was asked for.
        problem: What is wrong with it, naming the place inside the file where there is one.
    """

    def __init__(self, source: str, problem: str) -> None:
        """Take the source and the problem, which together are the one sentence to show."""
        super().__init__(f"scenario {source}: {problem}")
        self.source = source
        self.problem = problem
