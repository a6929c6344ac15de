"""A line that serves asks for sign-in, always; and it says where its screens are and how the first account is made."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.drills.test_serve import Place


def test_it_asks_for_sign_in_and_says_how_to_begin(tmp_path: Path) -> None:
    place = Place(tmp_path)
    process = place.start("--setup", str(place.setup))
    try:
        place.answers(process)
        address = f"http://localhost:{place.port}"
        assert httpx.get(f"{address}/now/").headers["Location"] == "/account/sign-in/?next=%2Fnow%2F"
        page = httpx.get(f"{address}/account/sign-in/").text
        assert "intersession account add STAFF" in page
        for script in ("mfa/js/webauthn.js", "mfa/js/webauthn-json.js", "account/js/onload.js", "css/accounts.css"):
            assert httpx.get(f"{address}/static/{script}").status_code == 200, script
        refused = httpx.get(f"{address}/live/", headers={"Accept": "text/event-stream", "Sec-Fetch-Mode": "cors"})
        assert refused.status_code == 401
    finally:
        process.terminate()
        process.wait(20)


def test_it_refuses_to_show_them_to_other_machines_without_tls(tmp_path: Path) -> None:
    done = Place(tmp_path).serve("--screens-host", "0.0.0.0")
    assert done.returncode == 2
    assert "--screens-url https://" in done.stderr
    assert "Traceback" not in done.stderr
