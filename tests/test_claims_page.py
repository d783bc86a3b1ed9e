"""The pages of claims and of the comparison: everything can be reached, and what they say follows from figures and changes with them."""

import re
from collections import Counter
from pathlib import Path

import pytest
from fakes import KEPT
from streamlit.testing.v1 import AppTest

from ui import ledger, text, versus
from vae_core import claims
from vae_core.experiments import EXPERIMENTS

ROOT = Path(__file__).parent.parent
WORDS = text.sections("claims")
ALL = claims.claims()


def open_page(name, *opened):
    app = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=60).run()
    for key in opened:
        app.session_state[key] = True
    app.switch_page(f"../pages/{name}.py").run()
    assert not app.exception
    return app


def said(app):
    return " ".join(one.value for one in (*app.markdown, *app.caption))


def lines(app):
    """The lines of the claims, by id."""
    found = [one.label for one in app.expander if one.label.startswith("**")]
    return {re.match(r"\*\*(\w+)\*\*", label)[1]: label for label in found}


def runnable(app):
    """The keys of what can be pressed to run an experiment."""
    return {one.key for one in app.button if one.key.startswith("run_")}


def test_every_claim_has_a_line_and_opens(bench):
    app = open_page("claims", *(f"claim_{name}" for name in ALL))
    assert set(lines(app)) == set(ALL)
    whole = said(app)
    for claim in ALL.values():
        assert text.plain(claim.words) in lines(app)[claim.id]
        assert (text.plain(claim.how, 600) or WORDS["unbound"]) in whole
        assert all(WORDS[f"source-{source}"] in whole for source in claim.sources)


def test_what_can_be_pressed_stands_above_the_figures(bench):
    card = next(one for one in open_page("claims", "claim_V28").expander if one.label.startswith("**V28**"))
    kinds = [element.type for element in card.children.values()]
    assert kinds == ["markdown", "markdown", "flex_container", "page_link", "markdown", "markdown", "caption"]


def test_the_register_is_whole_and_each_claim_stands_in_it_once():
    for path in (claims.SOURCES, claims.TABLE):
        ids = re.findall(r'^id = "(\w+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not [name for name, count in Counter(ids).items() if count > 1], path.name
    assert len(ALL) == 72
    assert sum(bool(claim.experiment) for claim in ALL.values()) >= 39
    assert all(claim.sources and claim.topic and claim.lesson for claim in ALL.values())


def test_a_line_s_verdict_and_figures_turn_with_the_runs(bench):
    bench.changes = {"crowd": {"light_mismatch": 0.05}}
    app = open_page("claims", "claim_V28")
    assert WORDS["mark-supported"] in lines(app)["V28"]
    assert WORDS["test-held"] in said(app)
    bench.changes = {"crowd": {"light_mismatch": 1.2345}}
    app.run()
    assert WORDS["mark-contradicted"] in lines(app)["V28"]
    assert WORDS["verdict-contradicted"] in said(app)
    assert "1.2370\u00a0±\u00a00.0020" in said(app)


def test_the_rule_and_what_the_figures_were_computed_with_stand_beside_them(bench):
    app = open_page("claims", "claim_V28")
    assert WORDS["rule"] in said(app)
    assert "from runs with seeds 0, 1, 2, 3, 4" in said(app)
    bench.own = set()
    app.run()
    entry = claims.kept()["crowd"]
    assert entry.seeds == EXPERIMENTS["crowd"].seeds
    assert text.plain(f"torch {entry.made['torch']}") in said(app)
    assert "python -m vae_core.claims" in said(app)


def test_filters_leave_what_was_asked_for(bench):
    app = open_page("claims")
    app.selectbox(key="claims_source").set_value("002").run()
    assert set(lines(app)) == {claim.id for claim in ALL.values() if "002" in claim.sources}
    app.selectbox(key="claims_topic").set_value("loss").run()
    assert set(lines(app)) == {"V10"}
    app.selectbox(key="claims_verdict").set_value("untested").run()
    assert not lines(app)
    assert app.info[0].value == WORDS["nothing"]


def test_a_row_can_be_run_here_and_its_runs_opened(bench):
    bench.own = set()
    app = open_page("claims", "claim_A13", "claim_A1")
    app.button(key="run_A13").click().run()
    assert ("anatomy", 0) in bench.followed
    assert WORDS["elsewhere"] in said(app)  # the other card of the same experiment
    assert "run_A1" not in runnable(app)
    bench.own = {"anatomy"}
    app.run()
    assert "run_A13" not in runnable(app)
    assert WORDS["open-runs"] in said(app)


def test_what_runs_in_no_card_that_is_drawn_can_be_run_in_another(bench):
    bench.own = set()
    app = open_page("claims", "claim_A13", "claim_A1")
    app.button(key="run_A13").click().run()
    app.session_state["claim_A13"] = False  # folded
    app.run()
    assert WORDS["elsewhere"] not in said(app)
    app.button(key="run_A1").click().run()
    asked = len(bench.followed)
    app.session_state["claim_A13"] = True
    app.run()
    assert len(bench.followed) == asked + 1
    assert WORDS["elsewhere"] in said(app)
    assert "run_A13" not in runnable(app)


def test_what_was_begun_on_another_page_can_be_run_here(bench, monkeypatch):
    bench.own = set()
    monkeypatch.setattr("ui.ledger.kept", dict)
    app = open_page("versus")
    app.button(key="run_encoder").click().run()
    app.session_state["claim_A1"] = True
    app.switch_page("../pages/claims.py").run()
    assert not app.exception
    assert WORDS["elsewhere"] not in said(app)
    assert "run_A1" in runnable(app)


def test_the_claims_page_works_without_figures_and_with_a_broken_file(bench, monkeypatch, tmp_path):
    bench.own = set()
    monkeypatch.setattr("ui.ledger.kept", lambda: claims.kept(tmp_path / "none.json"))
    assert WORDS["mark-none"] in lines(open_page("claims"))["M2"]
    (tmp_path / "none.json").write_text("[]")
    app = open_page("claims")
    assert "does not hold figures" in app.warning[0].value


def test_the_kept_figures_carry_seeds_and_versions():
    for name, one in claims.kept().items():
        assert one.seeds == EXPERIMENTS[name].seeds
        assert len(one.figures) == len(one.seeds)
        assert set(one.made) == {"python", "torch", "numpy"}


def test_each_row_of_the_comparison_names_figures_and_claims_that_exist():
    words = text.sections("versus")
    for row in versus.ROWS:
        assert all(section in words for section in (row.name, f"{row.name}-ae", f"{row.name}-vae", f"{row.name}-figure"))
        assert set(row.claims) <= set(ALL)
        assert not row.experiment or {row.ae, row.vae} <= set(KEPT[row.experiment].figures[0].numbers)


def test_the_comparison_s_sentence_turns_with_the_runs(bench):
    words = text.sections("versus")
    row = next(one for one in versus.ROWS if one.name == "quality")
    bench.changes = {"overfit": {row.ae: 0.01, row.vae: 0.02}}
    app = open_page("versus")
    sentence = next(one.value for one in app.markdown if words["quality-figure"] in one.value)
    assert words["came-less"] in sentence
    bench.changes = {"overfit": {row.ae: 0.0345, row.vae: 0.02}}
    app.run()
    sentence = next(one.value for one in app.markdown if words["quality-figure"] in one.value)
    assert words["came-more"] in sentence
    assert "0.0345" in said(app)


def test_two_equal_counts_are_called_equal_and_shares_are_per_cent(bench):
    words = text.sections("versus")
    app = open_page("versus")
    sentences = {row.name: next(one.value for one in app.markdown if words[f"{row.name}-figure"] in one.value) for row in versus.ROWS}
    assert words["came-equal"] in sentences["decoder"]
    assert words["came-near"] in sentences["complexity"]
    assert words["came-open"] not in sentences["decoder"] + sentences["complexity"]
    assert [one.value for one in app.markdown if one.value.startswith("**") and one.value.endswith("%**")]


def test_where_the_kept_figures_come_from_is_said_once(bench):
    bench.own = set()
    told = [one.value for one in open_page("versus").caption]
    assert sum("vae_core.claims" in one for one in told) == 1


def test_the_comparison_opens_its_claims_and_offers_to_run_what_is_missing(bench, monkeypatch):
    app = open_page("versus", *(f"versus_{row.name}" for row in versus.ROWS))
    for row in versus.ROWS:
        for name in row.claims:
            assert text.plain(ALL[name].words) in said(app)
    bench.own = set()
    monkeypatch.setattr("ui.ledger.kept", dict)
    app = open_page("versus")
    assert text.sections("versus")["none"] in said(app)
    app.button(key="run_quality").click().run()
    assert ("overfit", 0) in bench.followed


OUTCOMES = re.compile(r"(verdict|mark|came|test|expects)-|as-said|otherwise")
NUMBER = re.compile(r"\d[\d.,]*\d|\d")


@pytest.mark.parametrize("page", sorted(path.stem for path in (ROOT / "content" / "en").glob("*.md")))
def test_no_outcome_is_written_down_as_a_number(page):
    """Where a verdict stands no digit may stand; findings get their figures from runs, and other numbers are settings that were named."""
    words = text.sections(page)
    for name in filter(OUTCOMES.match, words):
        assert not re.search(r"\d", words[name]), name
    asked = NUMBER.findall(" ".join(body for name, body in words.items() if not name.startswith("found-")))
    for name in words:
        if name.startswith("found-"):
            assert set(NUMBER.findall(re.sub(r"\[\[.*?\]\]|#[0-9a-fA-F]{6}", "", words[name]))) <= set(asked), name


def test_no_verdict_is_chosen_in_the_source():
    """Sections that tell an outcome are looked up by what was computed, never by a fixed name."""
    fixed = re.compile(r"""["'](verdict|mark|came|found)-(?!\{)[a-z]""")
    for path in (*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")):
        assert not fixed.search(path.read_text(encoding="utf-8")), path.name


def test_a_claim_that_no_source_makes_is_refused(monkeypatch, tmp_path):
    table = tmp_path / "claims.toml"
    table.write_text('[[claim]]\nid = "Z9"\nhow = "So."\n')
    monkeypatch.setattr(claims, "TABLE", table)
    with pytest.raises(claims.ClaimError, match="Z9"):
        claims.claims.__wrapped__()


def test_the_command_knows_what_is_stale(monkeypatch):
    monkeypatch.setattr(claims, "measured", lambda: dict.fromkeys(EXPERIMENTS))
    with pytest.raises(SystemExit, match="today's code"):
        claims.main(["stale"])
    with pytest.raises(SystemExit, match="no experiment 'wings'"):
        claims.main(["wings"])


def test_every_standing_has_a_sign_and_words():
    for name in ledger.SIGNS:
        assert f"mark-{name}" in WORDS
    assert {f"verdict-{name}" for name in ("supported", "contradicted", "partly", "open")} <= set(WORDS)
