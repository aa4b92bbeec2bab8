"""The register's pages: compare, look, apply or discard, without script."""

from tests.pages.visitor import HTML, Visitor
from tests.town import PASSWORD, REGISTER, Town


async def test_a_file_is_compared_and_applied(town: Town, dagny: Visitor) -> None:
    """Dagny sees the difference before anything changes; applied, it stands in the history."""
    assert "There is no register yet" in (await dagny.open("/officer/register")).text
    page = await dagny.press("Compare the file", files={"file": REGISTER.encode()})
    assert (page.title, page.buttons) == ("file.csv", ["Apply it", "Discard it"])
    assert "Added 3" in page.text
    assert "There is no register yet" in (await dagny.open("/officer/register")).text
    await dagny.open(page.page.all("form")[-1]["action"])
    page = await dagny.press("Apply it")
    assert "The register is imported as version 1" in page.text
    page = await dagny.open("/officer/register")
    assert "3 people, since" in page.text
    assert "file.csv 3 people · Dagny" in page.text


async def test_columns_may_have_other_names(town: Town, dagny: Visitor) -> None:
    """What the file calls a column is typed in; a name that the file lacks is told, and what was typed stays."""
    text = REGISTER.replace("identity,area", "personnummer,stadsdel")
    await dagny.open("/officer/register")
    refused = await dagny.press("Compare the file", files={"file": text.encode()}, identity="personnummer", area="x")
    assert (refused.status, "lacks the column x" in refused.alert) == (400, True)
    assert [each["value"] for each in refused.page.all("input") if each["name"] == "identity"] == ["personnummer"]
    page = await dagny.press("Compare the file", files={"file": text.encode()}, area="stadsdel")
    assert "Added 3" in page.text


async def test_faults_are_shown_and_offered_as_a_file(town: Town, dagny: Visitor) -> None:
    """The first of them with their lines, the number, and all of them as CSV."""
    await dagny.open("/officer/register")
    refused = await dagny.press("Compare the file", files={"file": b"identity,area\nA,North\n" + b",North\n" * 40})
    assert refused.status == 422
    assert "40 lines of the file are wrong" in refused.alert
    assert "Line 3: the identity is empty" in refused.text
    link = next(each["href"] for each in refused.page.all("a") if each.text == "All of them as a file")
    answer = await town.client.get(link, headers=HTML)
    assert answer.text.count("the identity is empty") == 40
    assert answer.headers["content-disposition"] == 'attachment; filename="faults.csv"'
    page = await dagny.open(link.removesuffix("/faults"))
    assert "40 lines are wrong" in page.text


async def test_an_import_is_discarded(dagny: Visitor) -> None:
    """It changes nothing, and cannot be applied any more."""
    await dagny.open("/officer/register")
    page = await dagny.press("Compare the file", files={"file": REGISTER.encode()})
    action = page.page.all("form")[-1]["action"]
    page = await dagny.press("Discard it")
    assert (page.buttons, "Discarded" in page.text) == ([], True)
    late = await dagny.send(action, [("act", "apply")])
    assert (late.status, "Import the file again" in late.alert) == (409, True)


async def test_without_a_file_the_form_comes_again(dagny: Visitor) -> None:
    """The page says that none was chosen."""
    await dagny.open("/officer/register")
    refused = await dagny.send("/officer/register", [("identity", "x")])
    assert refused.status in {400, 415}
    assert refused.title == "The register"


async def test_an_act_that_is_none_is_told(dagny: Visitor) -> None:
    """A form that says something else changes nothing."""
    await dagny.open("/officer/register")
    page = await dagny.press("Compare the file", files={"file": REGISTER.encode()})
    told = await dagny.send(page.page.all("form")[-1]["action"], [("act", "dance")])
    assert (told.status, told.buttons) == (400, ["Apply it", "Discard it"])


async def test_another_municipalitys_import_is_not_there(town: Town, dagny: Visitor, visitor: Visitor) -> None:
    """Elin of Elsewhere finds nothing at its address."""
    await dagny.open("/officer/register")
    page = await dagny.press("Compare the file", files={"file": REGISTER.encode()})
    action = page.page.all("form")[-1]["action"]
    await town.hire("Elin", "Elsewhere", ["officer"])
    await dagny.press("Sign out")
    await dagny.press("Sign in", name="Elin", password=PASSWORD)
    assert (await dagny.open(action)).status == 404
    assert (await dagny.send(action, [("act", "apply")])).status == 404
