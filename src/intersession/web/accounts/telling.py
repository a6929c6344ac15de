"""The journal of sign-ins in plain words, for the person whose account it is."""

from __future__ import annotations

from .journal import Means, What
from .models import SignIn

BAD = frozenset({What.REFUSED, What.WRONG_CODE, What.LIMITED})
"""What did not succeed."""

BY = {
    Means.APP: "with your password and a code from the app",
    Means.RECOVERY_CODE: "with your password and a recovery code",
    Means.PASSKEY: "with a passkey",
    Means.INVITATION: "with the invitation",
}
THINGS = {Means.APP: "Authenticator app", Means.PASSKEY: "Passkey", Means.RECOVERY_CODE: "Recovery codes"}
SAYS = {
    What.SIGNED_OUT: "Signed out",
    What.LOCKED: "Locked, because nobody touched the screen",
    What.ENDED: "A session was ended from another one",
    What.REFUSED: "Somebody typed a wrong password",
    What.WRONG_CODE: "Somebody had your password, and a wrong code. Change the password if it was not you",
    What.LIMITED: "So many wrong passwords that no more were looked at for a while",
    What.PASSWORD_SET: "Password set",
    What.CODES_MADE: "New recovery codes made",
    What.INVITED: "Invited by whoever runs the line",
    What.RESET: "Reset by whoever runs the line",
    What.CLOSED: "Closed by whoever runs the line",
}


def said(row: SignIn) -> str:
    """One line."""
    what, means = What(row.what), Means(row.means)
    match what:
        case What.SIGNED_IN:
            return f"Signed in {BY.get(means, '')}".strip()
        case What.FACTOR_ADDED:
            return f"{THINGS.get(means, 'A way to sign in')} added"
        case What.FACTOR_REMOVED:
            return f"{THINGS.get(means, 'A way to sign in')} removed"
        case _:
            return SAYS[what]
