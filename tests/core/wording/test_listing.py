"""Every word on one screen (D59)."""

from __future__ import annotations

import pytest

from intersession.core.wording.entries import Kind, index
from intersession.core.wording.listing import all_words
from intersession.core.wording.pack import locales
from intersession.core.wording.values import WordingError


def test_D59_all_ids_in_their_groups_in_all_languages() -> None:
    groups = all_words()
    assert [group.number for group in groups] == list(range(1, 17))
    assert groups[2].title == "Greetings, as heard"
    entries = [entry for group in groups for entry in group.entries]
    assert [entry.wording.id for entry in entries] == list(index())
    assert all(tuple(words.locale for words in entry.words) == locales() for entry in entries)


def test_samples_are_filled_and_measured() -> None:
    for group in all_words():
        for entry in group.entries:
            for words in entry.words:
                assert words.sample, entry.wording.id
                assert "{" not in words.sample, entry.wording.id
                spoken = entry.wording.kind in (Kind.SPOKEN, Kind.SCRIPT, Kind.WHISPER, Kind.STAFF_SPOKEN)
                assert (words.seconds is not None) == spoken
                assert (words.septets is not None) == (entry.wording.kind in (Kind.TEXT, Kind.PUSH))
                assert words.septets is None or words.septets <= 160


def test_an_entry_shows_its_text_its_forms_and_a_sample() -> None:
    pages = {entry.wording.id: entry for group in all_words("en-US") for entry in group.entries}
    page = pages["PG-1"].words[0]
    assert page.text.startswith("This is the line. You have {n} item,")
    assert page.sample.startswith("This is the line. You have one item, due three p.m.")
    assert dict(page.forms)["many"].startswith("This is the line. You have {n} items,")
    assert pages["SAFETY-B"].words[0].sample == pages["SAFETY-B"].words[0].text
    assert pages["A-MAIL"].words[0].sample.startswith("We got your e-mail\n\nThank you.")
    assert pages["LATE"].words[0].sample.startswith("Running about 10 minutes late")


def test_an_unknown_locale_is_an_error() -> None:
    with pytest.raises(WordingError, match="no locale pack"):
        all_words("en-GB")
