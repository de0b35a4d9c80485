"""The page in a real browser: what people see, with and without script, mouse, light and width."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.conftest import Complaints, Reader
from playwright.async_api import Locator, Page, expect

from demo.pictures.made_up import made_up_objects

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=120_000)

MODEL = "/models/courier/deliveries"
PATHS = {"all models": "/", "one model": MODEL, "one that waits": "/models/clinic/readmission"}
PATHS |= {"one that begins": "/models/bank/churn", "nobody": "/models/bank/nobody"}
SERIOUS = ("serious", "critical")


async def violations(page: Page) -> list[tuple[str, str, str]]:
    """Return what axe finds serious: rule, element, and what would mend it."""
    found = (await Axe().run(page)).response["violations"]
    return [
        (rule["id"], node["html"], node["failureSummary"])
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def section(page: Page, title: str) -> Locator:
    """Return the part of the page under that heading."""
    return page.get_by_role("region", name=title, exact=True)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
async def test_axe_finds_nothing_against_any_page(
    reader: Reader, complaints: Complaints, name: str, scheme: Any, width: int
) -> None:
    """Names, contrast, order, roles: by axe's own rules; and nothing is wider than the window."""
    viewport: Any = {"width": width, "height": 900}
    async with await reader.context(color_scheme=scheme, viewport=viewport) as context:
        page = await context.new_page()
        if name != "nobody":
            complaints.of(page)  # a browser complains of every 404
        await page.goto(PATHS[name])
        assert [] == await violations(page)
        assert width >= await page.evaluate("document.documentElement.scrollWidth")


FAULTS = {
    "label": "document.body.append(document.createElement('input'))",
    "image-alt": "document.body.append(document.createElement('img'))",
    "color-contrast": "document.body.append('grey'); document.body.style.color = '#fefefe'",
    "html-has-lang": "document.documentElement.removeAttribute('lang')",
    "button-name": "document.body.append(document.createElement('button'))",
}
"""A rule of axe, and a script that breaks it."""


@pytest.mark.parametrize("rule", FAULTS)
async def test_axe_finds_a_fault_that_is_planted(reader: Reader, rule: str) -> None:
    """So that its silence about our pages means something: same page, same call, one fault."""
    async with await reader.context(color_scheme="light") as context:
        page = await context.new_page()
        await page.goto(MODEL)
        await page.evaluate(FAULTS[rule])
        assert {rule} == {found[0] for found in await violations(page)}


async def test_all_models_stand_with_state_and_what_they_wait_for(
    reader: Reader, complaints: Complaints
) -> None:
    """Those that need a person first; each leads to its own page, and a search finds one."""
    async with await reader.context() as context:
        page = await context.new_page()
        complaints.of(page)
        await page.goto("/")
        rows = page.get_by_role("table").first.get_by_role("row")
        await expect(rows.nth(1)).to_contain_text("shop/recommendations ✖ failed", **AS_READ)
        await expect(rows.nth(2)).to_contain_text("clinic/readmission ‖ waits for you", **AS_READ)
        await page.get_by_label("Namespace or name").fill("courier")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(2)
        await page.get_by_role("link", name="courier/deliveries").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("courier/deliveries")


AS_READ: Any = {"use_inner_text": True}


async def test_one_model_shows_release_drift_truth_runs_and_origin(
    reader: Reader, complaints: Complaints
) -> None:
    """Each part under its own heading, where a person looks for it."""
    async with await reader.context() as context:
        page = await context.new_page()
        complaints.of(page)
        await page.goto(MODEL)
        release = section(page, "Release")
        await expect(release).to_contain_text("Progressing, step 2/3")
        await expect(release.get_by_role("row", name="Canary 1,704")).to_be_visible()
        await expect(release.get_by_role("img", name="37 looks")).to_be_visible()
        monitors = section(page, "Monitors")
        rain = monitors.get_by_role("region", name="Values of the feature rain_mm")
        await expect(rain.get_by_role("row", name="4 or more 3.1 % 29 %")).to_be_visible()
        await expect(monitors.get_by_role("row", name="north and harbour")).to_be_visible()
        await expect(section(page, "Approvals")).to_contain_text("Looked at the rainy weeks")
        await expect(section(page, "Runs side by side").first).to_contain_text("roc_auc")
        await expect(section(page, "Where it comes from")).to_contain_text("deliveries-83be0d15c2")
        batches = section(page, "Batch predictions").first
        await expect(batches).to_contain_text("17 of 24")


async def test_without_a_script_everything_is_read_too(reader: Reader) -> None:
    """All but what follows changes and copies."""
    async with await reader.context(java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(MODEL)
        await expect(page.get_by_role("status")).to_have_text("as it was when this page was loaded")
        await expect(section(page, "Release")).to_contain_text("Progressing, step 2/3")
        await expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        await page.get_by_text("The same as a table").click()
        await expect(page.get_by_role("columnheader", name="Until (UTC)")).to_be_visible()
        await page.goto("/?q=wine")
        await expect(page.get_by_role("link", name="vineyard/wine")).to_be_visible()


async def test_a_change_is_shown_and_who_reads_stays_where_they_are(
    reader: Reader, complaints: Complaints
) -> None:
    """Without loading the page again; the keyboard's place is kept."""
    async with await reader.context() as context:
        page = await context.new_page()
        complaints.of(page)
        await page.goto(MODEL)
        await expect(page.get_by_role("status")).to_have_text("live")
        held = page.get_by_text("The same as a table")
        await held.focus()
        changed = copy.deepcopy(next(o for o in made_up_objects() if o["kind"] == WATCHED))
        changed["status"]["rollout"]["why"] = "1,377 of 2,000 requests"
        reader.world.put(WATCHED, changed)
        await expect(section(page, "Release")).to_contain_text("1,377 of 2,000 requests")
        await expect(page.get_by_text("The same as a table")).to_be_focused()


WATCHED = "ModelDeployment"


async def test_by_keyboard_alone_a_command_is_copied(
    reader: Reader, complaints: Complaints
) -> None:
    """Past the header, to the model, down to what can be done."""
    rights = ["clipboard-read", "clipboard-write"]
    async with await reader.context(permissions=rights) as context:
        page = await context.new_page()
        complaints.of(page)
        await page.goto("/?q=courier")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="To the content")).to_be_focused()
        await page.keyboard.press("Enter")
        await tab_to(page, page.get_by_role("link", name="courier/deliveries"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("courier/deliveries")
        command = "trainyard -n courier promote mdep/deliveries"
        button = page.get_by_role("button", name=f"Copy {command}")
        await tab_to(page, button)
        await page.keyboard.press("Enter")
        await expect(button).to_have_text("Copied")
        assert command == await page.evaluate("navigator.clipboard.readText()")


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press the tabulator until that is focused; everything focused meanwhile can be seen."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
        assert await page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        )
    raise AssertionError(f"sixty steps do not lead to {wanted}")


async def test_what_objects_say_runs_in_no_browser(reader: Reader, complaints: Complaints) -> None:
    """Even if it were no text, the policy would refuse it."""
    hostile = '"><script>window.ran = true</script><img src=x onerror="window.ran = true">'
    raw = copy.deepcopy(next(o for o in made_up_objects() if o["kind"] == WATCHED))
    raw["metadata"] |= {"namespace": "stranger", "name": "hostile"}
    raw["status"]["why"] = raw["status"]["rollout"]["why"] = hostile
    raw["status"]["conditions"][1]["message"] = hostile
    reader.world.put(WATCHED, raw)
    try:
        async with await reader.context() as context:
            page = await context.new_page()
            complaints.of(page)
            await page.goto("/models/stranger/hostile")
            await expect(section(page, "Release")).to_contain_text("window.ran")
            assert await page.evaluate("window.ran === undefined")
            refused = await page.evaluate(_INLINE)
            assert "script-src-elem" == refused
            complaints.heard.clear()  # of the script that the test itself put in
    finally:
        reader.world.remove(WATCHED, raw)


_INLINE = """() => new Promise((told) => {
  document.addEventListener("securitypolicyviolation", (v) => told(v.effectiveDirective));
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
})"""
