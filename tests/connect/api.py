"""Twilio's REST API as an account's owner sees it: numbers, flows, registration, prices. It keeps what it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from intersession.connect.numbers import SETTINGS
from tests.carriers.twilio.cloud import ACCOUNT, TOKEN, sid

FEW = {"page": 0, "page_size": 50, "next_page_uri": None}
META = {"page": 0, "page_size": 50, "next_page_url": None}


@dataclass
class Api(HttpClient):
    """One account. Whatever is set to something else here is a fault that somebody has to find."""

    status: str = "active"
    type: str = "Full"
    down: int | None = None
    """Every request is answered with this status."""
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    brands: list[dict[str, Any]] = field(default_factory=lambda: [{"sid": sid("BN"), "status": "APPROVED"}])
    campaign: str = "VERIFIED"
    services: list[dict[str, Any]] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    toll_free: list[dict[str, Any]] = field(default_factory=list)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The services of functions, by SID; each with its environments, its versions and its builds."""
    builds: str = "completed"
    """What becomes of a build."""
    sold: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.services.append(
            {"sid": sid("MG"), "friendly_name": "Practice texts", "use_inbound_webhook_on_number": True}
        )

    @property
    def client(self) -> Any:
        """The official SDK, with this behind it."""
        return Client(ACCOUNT, TOKEN, http_client=self)

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What was changed: method and path."""
        return [(method, path) for method, path, _ in self.asked if method != "GET"]

    def own(self, number: str, **more: Any) -> dict[str, Any]:
        """The account has this number."""
        name = sid("PN")
        made = {
            "sid": name, "account_sid": ACCOUNT, "phone_number": number, "friendly_name": "a number",
            "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False}, **dict.fromkeys(SETTINGS), **more,
        }  # fmt: skip
        self.numbers[name] = made
        self.members.add(number)
        return made

    def number(self, number: str) -> dict[str, Any]:
        """As Twilio keeps it."""
        return next(one for one in self.numbers.values() if one["phone_number"] == number)

    def flow(self) -> dict[str, Any]:
        """The only one."""
        (flow,) = self.flows.values()
        return flow

    def service(self) -> dict[str, Any]:
        """The only one of functions."""
        (service,) = self.functions.values()
        return service

    def deployed(self) -> str:
        """The code that runs there."""
        (environment,) = self.service()["environments"].values()
        (version,) = self.service()["built"][environment["build_sid"]]["function_versions"]
        return str(self.service()["versions"][version["sid"]]["content"])

    def request(
        self, method: str, uri: str, params: Any = None, data: Any = None, *_: Any, **more: Any
    ) -> Response:
        address = urlsplit(uri)
        if isinstance(data, bytes):
            assert more["auth"] == (ACCOUNT, TOKEN), "the SDK adds it to its own requests only"
            data = _form(data)
        fields = {**dict(parse_qsl(address.query)), **(params or {}), **(data or {})}
        self.asked.append((method, address.path, fields))
        if self.down is not None:
            return Response(self.down, json.dumps({"code": 20000 + self.down, "message": "", "status": self.down}))
        place = address.path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}").removesuffix(".json").strip("/")
        status, found = self._answer(method, f"{address.hostname}/{place}".split("/"), fields)
        return Response(status, json.dumps(found))

    def _answer(self, method: str, place: list[str], fields: dict[str, Any]) -> tuple[int, Any]:
        match method, place:
            case "GET", ["api.twilio.com", ""]:
                return 200, {"sid": ACCOUNT, "status": self.status, "type": self.type}
            case "GET", ["api.twilio.com", "IncomingPhoneNumbers"]:
                return 200, {"incoming_phone_numbers": list(self.numbers.values()), **FEW}
            case "POST", ["api.twilio.com", "IncomingPhoneNumbers"]:
                self.sold.append(fields["PhoneNumber"])
                return 201, self.own(fields["PhoneNumber"])
            case "POST", ["api.twilio.com", "IncomingPhoneNumbers", name]:
                mine = {"".join(part.title() for part in key.split("_")): key for key in SETTINGS}
                self.numbers[name].update({mine[key]: value for key, value in fields.items()})
                return 200, self.numbers[name]
            case "GET", ["api.twilio.com", "AvailablePhoneNumbers", _, "Local"]:
                area = fields["AreaCode"]
                offer = {"phone_number": f"+1{area}5550177", "locality": "Springfield", "region": "MA"}
                return 200, {"available_phone_numbers": [offer] if area != "999" else [], **FEW}
            case "POST", ["api.twilio.com", ("Calls" | "Messages")]:
                return 201, {"sid": sid("CA"), "status": "queued"}
            case _, ["studio.twilio.com", *rest]:
                return self._studio(method, rest, fields)
            case "POST", ["serverless-upload.twilio.com", "v1", "Services", service, "Functions", function, "Versions"]:
                return 201, self._version(service, function, fields)
            case _, ["serverless.twilio.com", "v1", "Services", *rest]:
                return self._services(method, rest, fields)
            case "GET", ["messaging.twilio.com", *rest]:
                return 200, self._messaging(rest)
            case "GET", ["pricing.twilio.com", *rest]:
                return 200, self._pricing(rest)
            case _:
                raise AssertionError(f"this account does not know {method} {place}")

    def _studio(self, method: str, rest: list[str], fields: dict[str, Any]) -> tuple[int, Any]:
        match method, rest:
            case "GET", ["v2", "Flows"]:
                bare = [{k: v for k, v in one.items() if k != "definition"} for one in self.flows.values()]
                return 200, {"flows": bare, "meta": {**META, "key": "flows"}}
            case "GET", ["v2", "Flows", name]:
                return 200, self.flows[name]
            case "POST", ["v2", "Flows", *name]:
                made = self.flows.get(name[0], {}) if name else {"sid": sid("FW")}
                made |= {"status": fields["Status"], "definition": json.loads(fields["Definition"])}
                made |= {"friendly_name": fields["FriendlyName"]} if "FriendlyName" in fields else {}
                self.flows[made["sid"]] = made
                return 201, made
            case _:
                raise AssertionError(f"this account does not know {method} {rest}")

    def _services(self, method: str, rest: list[str], fields: dict[str, Any]) -> tuple[int, Any]:
        match method, rest:
            case "GET", []:
                return 200, {"services": list(self.functions.values()), "meta": {**META, "key": "services"}}
            case "POST", []:
                made = {"sid": sid("ZS"), "unique_name": fields["UniqueName"]}
                self.functions[made["sid"]] = made | {"environments": {}, "functions": {}, "versions": {}, "built": {}}
                return 201, made
            case "DELETE", [name]:
                del self.functions[name]
                return 204, None
            case _, [name, *inside]:
                return self._service(method, self.functions[name], inside, fields)
            case _:
                raise AssertionError(f"this account does not know {method} {rest}")

    def _service(self, method: str, of: dict[str, Any], rest: list[str], fields: dict[str, Any]) -> tuple[int, Any]:
        match method, rest:
            case "GET", [("Environments" | "Functions") as kind]:
                key = kind.lower()
                return 200, {key: list(of[key].values()), "meta": {**META, "key": key}}
            case "POST", ["Environments"]:
                domain = f"{of['unique_name']}-1234.twil.io"
                made = {"sid": sid("ZE"), "unique_name": fields["UniqueName"], "domain_name": domain, "build_sid": None}
                return 201, of["environments"].setdefault(made["sid"], made)
            case "POST", ["Functions"]:
                made = {"sid": sid("ZH"), "friendly_name": fields["FriendlyName"]}
                return 201, of["functions"].setdefault(made["sid"], made)
            case "POST", ["Builds"]:
                named = [of["versions"][name] for name in fields["FunctionVersions"]]
                versions = [{k: v for k, v in one.items() if k != "content"} for one in named]
                made = {"sid": sid("ZB"), "status": "building", "function_versions": versions}
                return 201, of["built"].setdefault(made["sid"], made)
            case "GET", ["Builds", name]:
                return 200, of["built"][name]
            case "GET", ["Builds", name, "Status"]:
                before, of["built"][name]["status"] = of["built"][name]["status"], self.builds
                return 200, {"sid": name, "status": before}
            case "POST", ["Environments", name, "Deployments"]:
                assert of["built"][fields["BuildSid"]]["status"] == "completed"
                of["environments"][name]["build_sid"] = fields["BuildSid"]
                return 201, {"sid": sid("ZD"), "build_sid": fields["BuildSid"]}
            case "GET", ["Environments", _, "Logs"]:
                return 200, {"logs": [], "meta": {**META, "key": "logs"}}
            case "GET", ["Functions", _, "Versions", name, "Content"]:
                return 200, of["versions"][name]
            case _:
                raise AssertionError(f"this account does not know {method} {rest}")

    def _version(self, service: str, function: str, fields: dict[str, Any]) -> dict[str, Any]:
        assert function in self.functions[service]["functions"]
        made = {
            "sid": sid("ZN"), "function_sid": function, "path": fields["Path"], "visibility": fields["Visibility"],
            "content": fields["Content"],
        }  # fmt: skip
        return self.functions[service]["versions"].setdefault(made["sid"], made)  # type: ignore[no-any-return]

    def _messaging(self, rest: list[str]) -> Any:
        match rest:
            case ["v1", "a2p", "BrandRegistrations"]:
                return {"data": self.brands, "meta": {**META, "key": "data"}}
            case ["v1", "Services"]:
                return {"services": self.services, "meta": {**META, "key": "services"}}
            case ["v1", "Services", _, "PhoneNumbers"]:
                mine = [one for one in self.numbers.values() if one["phone_number"] in self.members]
                return {"phone_numbers": mine, "meta": {**META, "key": "phone_numbers"}}
            case ["v1", "Services", _, "Compliance", "Usa2p"]:
                campaigns = [{"sid": "QE1", "campaign_status": self.campaign}] if self.campaign else []
                return {"compliance": campaigns, "meta": {**META, "key": "compliance"}}
            case ["v1", "Tollfree", "Verifications"]:
                return {"verifications": self.toll_free, "meta": {**META, "key": "verifications"}}
            case _:
                raise AssertionError(f"this account does not know {rest}")

    def _pricing(self, rest: list[str]) -> Any:
        local = {"number_type": "local", "base_price": "9", "current_price": "1.15"}
        match rest:
            case ["v1", "PhoneNumbers", "Countries", _]:
                return {"price_unit": "USD", "phone_number_prices": [local | {"number_type": "toll free"}, local]}
            case ["v2", "Voice", "Countries", _]:
                far = {"destination_prefixes": ["1907"], "current_price": "5"}
                near = {"destination_prefixes": ["1"], "current_price": "0.02"}
                return {
                    "price_unit": "USD", "outbound_prefix_prices": [far, near],
                    "inbound_call_prices": [local | {"current_price": "0.01"}],
                }  # fmt: skip
            case ["v1", "Messaging", "Countries", _]:
                dear = {"carrier": "Example", "prices": [local | {"current_price": "0.009"}]}
                return {
                    "price_unit": "USD", "inbound_sms_prices": [local | {"current_price": "0.008"}],
                    "outbound_sms_prices": [dear, {"carrier": "Other", "prices": [local | {"current_price": "0.007"}]}],
                }  # fmt: skip
            case _:
                raise AssertionError(f"this account does not know {rest}")


def _form(body: bytes) -> dict[str, str]:
    """The fields and files of a form that is uploaded."""
    parts = message_from_bytes(b"Content-Type: multipart/form-data; boundary=" + body[2:34] + b"\r\n\r\n" + body)
    return {
        str(part.get_param("name", header="Content-Disposition")): str(part.get_payload()).replace("\r\n", "\n")
        for part in parts.walk() if not part.is_multipart()
    }  # fmt: skip


@dataclass
class Web:
    """The internet, as `doctor` asks it."""

    stranger: int = 403
    twilio: int = 200
    ends: datetime = datetime(2027, 6, 1, tzinfo=UTC)
    clock: datetime = datetime(2027, 2, 9, 20, tzinfo=UTC)
    fails: Exception | None = None

    def post(self, url: str, fields: Any, headers: Any) -> int:
        if self.fails is not None:
            raise self.fails
        return self.twilio if "X-Twilio-Signature" in headers else self.stranger

    def date(self, url: str) -> datetime:
        if self.fails is not None:
            raise self.fails
        return self.clock

    def certificate_ends(self, host: str, port: int) -> datetime:
        return self.ends
