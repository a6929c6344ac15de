"""The packs themselves: complete, alike, and true to their own safety words (D59, D9)."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from intersession.core.wording.entries import Kind, groups, index, wording
from intersession.core.wording.pack import Pack, load_pack, locales, packs, variables_in
from intersession.core.wording.pack import _check as check
from intersession.core.wording.pack import _check_forms as check_forms
from intersession.core.wording.spoken import seconds
from intersession.core.wording.values import WordingError

from .listener import LOCALES, of_kind

LENGTHS = tomllib.loads((Path(__file__).parent / "lengths.toml").read_text(encoding="utf-8"))
SAFETY_WORDS = ("911", "988", "9 1 1", "9 8 8")

each_pack = pytest.mark.parametrize("pack", packs(), ids=lambda pack: pack.locale)


def everything(pack: Pack) -> dict[str, str]:
    """Every text and every form, by a name that tells which."""
    forms = {f"{id_} {sorted(form)}": text for id_, all_ in pack.variants.items() for form, text in all_}
    return {**pack.texts, **forms}


def test_D59_both_languages_are_installed_and_english_is_the_default() -> None:
    assert locales()[0] == "en-US"
    assert set(LOCALES) <= set(locales())


def test_D59_there_are_233_wordings_in_16_groups() -> None:
    assert len(index()) == 233
    assert sorted({entry.group for entry in index().values()}) == list(groups()) == list(range(1, 17))


@each_pack
def test_D59_every_id_has_a_text_that_asks_for_exactly_the_facts_of_the_index(pack: Pack) -> None:
    for id_, entry in index().items():
        used = variables_in(pack.texts[id_]) | variables_in(pack.texts.get(f"{id_}/subject", ""))
        assert used == set(entry.variables), id_


@each_pack
def test_D59_every_pack_has_the_same_keys_and_the_same_forms(pack: Pack) -> None:
    english = load_pack("en-US")
    assert set(pack.texts) == set(english.texts)
    assert forms_of(pack) == forms_of(english)
    assert values_of(pack) == values_of(english)
    assert set(pack.zones) == set(english.zones)
    assert set(pack.samples) == set(english.samples)


def forms_of(pack: Pack) -> dict[str, set[frozenset[str]]]:
    return {id_: {form for form, _ in forms} for id_, forms in pack.variants.items()}


def values_of(pack: Pack) -> dict[str, set[str]]:
    return {name: set(names) for name, names in pack.values.items()}


def test_a_pack_without_one_text_is_refused_with_the_id() -> None:
    pack = load_pack("es-US")
    texts = {id_: text for id_, text in pack.texts.items() if id_ != "CR-SAY"}
    with pytest.raises(WordingError, match="es-US has no text for CR-SAY"):
        check(replace(pack, texts=texts))


def test_a_pack_with_an_unknown_id_is_refused() -> None:
    pack = load_pack("es-US")
    with pytest.raises(WordingError, match="unknown ids: CR-SYA"):
        check(replace(pack, texts={**pack.texts, "CR-SYA": "..."}))


def test_a_text_that_lost_a_fact_in_translation_is_refused() -> None:
    pack = load_pack("es-US")
    with pytest.raises(WordingError, match="PR-HEAR must use exactly hear_by"):
        check(replace(pack, texts={**pack.texts, "PR-HEAR": "Una persona lo escuchará."}))


def test_a_form_with_a_misspelt_fact_is_refused() -> None:
    pack = load_pack("en-US")
    forms = {**pack.variants, "IN-BAD": ((frozenset({"locked"}), "Use the screen, {whoo}."),)}
    with pytest.raises(WordingError, match="unknown fact whoo"):
        check_forms(replace(pack, variants=forms))


def test_D42_a_missing_pack_is_named_with_those_installed() -> None:
    with pytest.raises(WordingError, match="no locale pack 'fr-FR'; installed: en-US, es-US"):
        load_pack("fr-FR")


def test_an_unknown_id_says_where_to_look() -> None:
    with pytest.raises(WordingError, match=r"no wording 'G-NOPE': see packs/index\.toml"):
        wording("G-NOPE")


@each_pack
def test_every_replacement_and_every_shorter_sentence_is_used_by_some_text(pack: Pack) -> None:
    texts = everything(pack)
    for change in pack.replacements:
        chosen = [text for id_, text in texts.items() if not change.only or id_ in change.only]
        found = any(change.old in text for text in chosen)
        assert found, change
    for sentence in pack.shorter:
        assert any(sentence in text for text in texts.values()), sentence


def test_another_id_that_takes_over_exists_and_is_of_the_same_kind() -> None:
    for entry in index().values():
        for _, other in entry.instead:
            assert wording(other).kind is entry.kind, entry.id


@each_pack
def test_INV01_every_mention_of_a_crisis_number_in_a_text_is_the_one_written_short_form(pack: Pack) -> None:
    safety = pack.texts["SAFETY-T"]
    carriers = [entry.id for entry in of_kind("text") if any(n in pack.texts[entry.id] for n in SAFETY_WORDS)]
    assert len(carriers) >= 12
    for id_ in carriers:
        assert safety in pack.texts[id_], id_
        assert not any(number in pack.texts[id_].replace(safety, "") for number in SAFETY_WORDS), id_


@each_pack
def test_INV01_mail_forms_and_agreements_carry_the_written_long_form(pack: Pack) -> None:
    ids = ["A-MAIL", "A-MAIL-UNKNOWN", "FORM", *(entry.id for entry in of_kind("agreement"))]
    for id_ in ids:
        assert pack.texts["SAFETY-W"] in pack.texts[id_], id_


@each_pack
def test_INV01_every_greeting_that_ends_in_a_tone_has_the_safety_segment(pack: Pack) -> None:
    for entry in index().values():
        if entry.group == 3 and entry.id != "G-CENTRAL-MENU":
            assert "{SAFETY}" in pack.texts[entry.id], entry.id


@each_pack
def test_D2_the_words_before_commissioning_do_not_promise_a_connection(pack: Pack) -> None:
    assert "{" not in pack.texts["SAFETY-A"] + pack.texts["SAFETY-B"]
    assert "9 8 8" in pack.texts["SAFETY-B"]
    assert "9 1 1" in pack.texts["SAFETY-B"]
    assert pack.texts["SAFETY-A"].startswith(pack.texts["SAFETY-B"].split("9 8 8")[0])


@each_pack
def test_V15_the_connect_phrase_lasts_at_most_seven_seconds(pack: Pack) -> None:
    assert seconds(pack.texts["CONNECT-A"]) <= 7
    assert seconds(pack.texts["CONNECT-B"]) <= 7


@each_pack
def test_words_without_facts_last_as_long_as_was_measured(pack: Pack) -> None:
    for id_, most in LENGTHS["seconds"].items():
        if not variables_in(pack.texts[id_]) and "{" not in pack.texts[id_]:
            assert abs(seconds(pack.texts[id_]) - most[pack.locale]) <= 1.5, id_


@each_pack
def test_V00_the_static_fallback_promises_no_time_and_names_nobody(pack: Pack) -> None:
    for entry in index().values():
        if entry.group == 8:
            assert entry.variables == (), entry.id


def test_D9_emergency_numbers_belong_to_the_pack() -> None:
    for pack in packs():
        assert pack.emergency == {"police": "911", "crisis": "988"}
        assert len(pack.days) == len(pack.short_days) == 7
        assert len(pack.months) == len(pack.short_months) == 12


def test_the_pack_files_name_no_place_outside_the_project() -> None:
    folder = files("intersession.core.wording").joinpath("packs")
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "DOMAIN" not in text
        assert "open question" not in text


def test_rule_ids_stand_in_every_when_of_the_channels_that_rules_decide() -> None:
    for entry in index().values():
        assert entry.when, entry.id
        assert entry.kind in Kind
