"""The duty number at Twilio itself (V00): one small function that Twilio alone may ask, made by its Serverless API.

Why a function: docs/decisions/0014. The API: twilio.com/docs/serverless/api.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioException
from twilio.twiml.voice_response import VoiceResponse

from intersession.carriers.safe import duty_words
from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.duty import NOTE, SERVICE

from .findings import CannotConnect

PATH = "/duty"
NAME = "duty"
PROTECTED = "protected"
"""Whoever does not sign as Twilio gets nothing."""
UPLOAD = "https://serverless-upload.twilio.com/v1"
RING_SECONDS = 20
"""Most mobiles' voicemail comes later."""
KEY_SECONDS = 6
"""How long a key is waited for, each of the two times."""
PAUSE_SECONDS = 1.0
LONGEST_SECONDS = 120
"""How long Twilio may take to build it; it says that it takes some seconds."""
SHOWN = "LINE"
"""Stands in the documents for the number that was called."""
HANDLER = """
exports.handler = (context, event, callback) => {
  const shown = lines.includes(event.To) ? event.To : lines[0];
  const answer = new Twilio.Response();
  answer.appendHeader("Content-Type", "text/xml");
  answer.setBody(documents[step(event)].replace(place, shown));
  callback(null, answer);
};

function step(event) {
  switch (event.step) {
    case "answered":
      return "ask";
    case "key":
    case "last":
      if (event.Digits === "1") {
        console.log(note + event.ParentCallSid);
        return "take";
      }
      return event.step === "key" ? "again" : "refuse";
    case "over":
      return String(event.DialBridged) === "true" ? "talked" : "nobody";
    default:
      return "ring";
  }
}
"""


def code(account: Account, duty: str, back: str, now: datetime) -> str:
    """The function. Each of its documents is made here; it only chooses, by what Twilio tells it."""
    constants = {
        "lines": sorted(account.lines), "place": SHOWN, "note": NOTE,
        "documents": documents(account, duty, back, now),
    }  # fmt: skip
    return "// Made by `intersession connect twilio`, which undoes a change of it.\n" + "".join(
        f"const {name} = {json.dumps(value, indent=2)};\n" for name, value in constants.items()
    ) + HANDLER  # fmt: skip


def documents(account: Account, duty: str, back: str, now: datetime) -> dict[str, str]:
    """What each leg hears, as TwiML.

    `ring` and what follows `over` are the caller's. The duty person's leg is joined when a document of theirs is at
    its end, so each but `take` ends in hanging up.
    """
    words = duty_words(account, now).whisper
    return {
        "ring": _ring(duty), "ask": _ask(account, words.text, ("key", "last")),
        "again": _ask(account, words.text, ("last",)), "refuse": _ask(account, words.text, ()),
        "take": _written(_response()), "talked": _return(back, "yes"), "nobody": _return(back, "no"),
    }  # fmt: skip


def ensure_duty(client: Any, account: Account, duty: str, back: str, now: datetime) -> str:
    """Make the function or bring it up to date; where a call that waits for it is sent. `back`: the flow."""
    service = _service(client)
    if service is None:
        service = client.serverless.v1.services.create(unique_name=SERVICE, friendly_name="Intersession's duty number")
    there = client.serverless.v1.services(service.sid)
    environment = _environment(there) or there.environments.create(unique_name=NAME)
    wanted = code(account, duty, back, now)
    if _deployed(there, environment) != wanted:
        _deploy(client, there, service.sid, environment.sid, wanted)
    return _address(environment)


def remove_duty(client: Any) -> None:
    """Take all of it away, the number too."""
    service = _service(client)
    if service is not None:
        client.serverless.v1.services(service.sid).delete()


def found_duty(client: Any) -> tuple[str, str | None] | None:
    """Its address, and the code that is deployed there; None where there is no such service."""
    service = _service(client)
    if service is None:
        return None
    there = client.serverless.v1.services(service.sid)
    environment = _environment(there)
    return ("", None) if environment is None else (_address(environment), _deployed(there, environment))


# ------------------------------------------------------------ documents


def _ring(duty: str) -> str:
    """The number that was called is shown, never the caller's, which Twilio would show by itself."""
    made = _response()
    dial = made.dial(
        caller_id=SHOWN, timeout=RING_SECONDS, answer_on_bridge=True, action=f"{PATH}?step=over", method="POST"
    )
    dial.number(duty, url=f"{PATH}?step=answered", method="POST")
    return _written(made)


def _ask(account: Account, words: str, steps: tuple[str, ...]) -> str:
    """Once for each step. Keys alone are listened to: nothing that is said is written down (S08)."""
    made = _response()
    for step in steps:
        gather = made.gather(
            input="dtmf", num_digits=1, timeout=KEY_SECONDS, action=f"{PATH}?step={step}", method="POST"
        )
        gather.say(words, language=account.locale, voice=account.voices[account.locale])
    made.hangup()
    return _written(made)


def _return(back: str, talked: str) -> str:
    made = _response()
    made.redirect(f"{back}?FlowEvent=return&talked={talked}", method="POST")
    return _written(made)


def _response() -> Any:
    official: Any = VoiceResponse  # the SDK is not typed
    return official()


def _written(made: Any) -> str:
    return str(made)


# ------------------------------------------------------------ at Twilio


def _service(client: Any) -> Any:
    return next((one for one in client.serverless.v1.services.list() if one.unique_name == SERVICE), None)


def _environment(there: Any) -> Any:
    return next((one for one in there.environments.list() if one.unique_name == NAME), None)


def _address(environment: Any) -> str:
    return f"https://{environment.domain_name}{PATH}"


def _deployed(there: Any, environment: Any) -> str | None:
    """What Twilio runs there; None for nothing, or for anything but this one function, open to Twilio alone."""
    if not environment.build_sid:
        return None
    versions = there.builds(environment.build_sid).fetch().function_versions or []
    if [(one["path"], str(one["visibility"]).lower()) for one in versions] != [(PATH, PROTECTED)]:
        return None
    (version,) = versions
    function = there.functions(version["function_sid"])
    return str(function.function_versions(version["sid"]).function_version_content().fetch().content)


def _deploy(client: Any, there: Any, service: str, environment: str, wanted: str) -> None:
    function = next(iter(there.functions.list()), None) or there.functions.create(friendly_name=NAME)
    build = there.builds.create(function_versions=[_upload(client, service, function.sid, wanted)])
    _built(there, build.sid)
    there.environments(environment).deployments.create(build_sid=build.sid)


def _upload(client: Any, service: str, function: str, wanted: str) -> str:
    """The new version. The SDK cannot upload: it is another host, and a form with a file."""
    url = f"{UPLOAD}/Services/{service}/Functions/{function}/Versions"
    form = requests.Request(
        "POST", url, data={"Path": PATH, "Visibility": PROTECTED},
        files={"Content": ("duty.js", wanted, "application/javascript")},
    ).prepare()  # fmt: skip
    answer = client.http_client.request(
        "POST", url, data=form.body, headers={"Content-Type": form.headers["Content-Type"]},
        auth=(client.username, client.password),
    )  # fmt: skip
    if answer.status_code >= 300:
        raise TwilioException("the function cannot be uploaded", answer)
    return str(json.loads(answer.text)["sid"])


def _built(there: Any, build: str) -> None:
    for _ in range(LONGEST_SECONDS):
        status = str(there.builds(build).build_status().fetch().status)
        if status == "completed":
            return
        if status == "failed":
            break
        time.sleep(PAUSE_SECONDS)
    raise CannotConnect(
        "Twilio could not build what rings the duty number, so it rings nobody yet: try again, or give no duty number"
    )
