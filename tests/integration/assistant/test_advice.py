"""Advice with reasons, and what is known of a person: conversations over the messengers' own HTTP."""

from __future__ import annotations

from pydantic import SecretStr

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, calls, says
from tests.integration.conversation import Shop, Shopper, Stage, open_stage


async def everything_kept(stage: Stage, shop: Shop) -> str:
    """All rows of all tables that know people, as one text."""
    kept = []
    for table in ("customers", "dialogs", "messages", "inbox", "outbox", "carts", "orders", "analytics_events"):
        kept += await stage.sql(shop, f"SELECT row_to_json(t)::text AS row FROM {table} t")
    return "\n".join(str(row["row"]) for row in kept)


async def looks_at_a_blue_sofa(shopper: Shopper) -> None:
    await shopper.says("синий диван")
    await shopper.hears("Диван «Номад»")


async def test_advice_is_explained(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await looks_at_a_blue_sofa(aigul)

    await aigul.says("посоветуй что-нибудь")

    await aigul.hears("может вам подойти", "Диван «Алма»", "Похоже на «Диван «Номад»»")


async def test_advice_without_anything_to_advise_leads_to_the_catalogue(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop(wares=())
    aigul = stage.shopper(shop, platform)

    await aigul.says("что посоветуете?")

    await aigul.hears("Пока не могу посоветовать")


async def test_the_model_gives_the_reasons_of_the_records(settings_env: dict[str, str], platform: Platform) -> None:
    script = [
        calls(("recommend_products", {"near_sku": "NOM-1"})),
        says("Советую «Диван «Алма»» [ALM-1]: похоже на то, что вы смотрели."),
    ]
    async with (
        OpenAIServer(script) as server,
        open_stage(settings_env, openai_base_url=server.base_url, openai_api_key=SecretStr("test")) as stage,
    ):
        shop = await stage.open_shop()
        aigul = stage.shopper(shop, platform)
        await aigul.says("а что бы ты мне предложил для гостиной?")

        await aigul.hears("Алма", "140 000")

        told = server.requests[-1].json["messages"][-1]["content"]
        assert "Похоже на" in told


async def test_a_person_sees_what_is_known_and_has_it_forgotten(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform, name="Айгуль Незабудкина")
    await looks_at_a_blue_sofa(aigul)
    await aigul.says("люблю синие диваны до 200000")
    await aigul.hears("Запомнил: Диваны, синий, до 200 000 ₸")

    await aigul.says("что ты обо мне знаешь?")
    await aigul.hears("Вот что я о вас знаю", "Незабудкина", "Диваны", "синий", "до 200 000 ₸")

    await aigul.presses("Забыть мои вкусы")
    await aigul.hears("больше ничего не помню")
    await aigul.says("что ты обо мне знаешь?")
    assert "синий" not in await aigul.hears("Незабудкина")

    await aigul.says("забудь меня")
    await aigul.hears("Удалить всё")
    assert "Незабудкина" in await everything_kept(stage, shop)
    await aigul.presses("Да, удалить всё")
    await aigul.hears("я всё о вас забыл")

    kept = await everything_kept(stage, shop)
    assert "Незабудкина" not in kept
    assert "синий" not in kept


async def test_nothing_is_forgotten_before_it_is_confirmed(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform, name="Айгуль Незабудкина")
    await looks_at_a_blue_sofa(aigul)
    await aigul.says("забудь меня")
    await aigul.hears("Удалить всё")

    await aigul.presses("Не удалять")

    await aigul.hears("всё остаётся как есть")
    assert "Незабудкина" in await everything_kept(stage, shop)


async def test_the_bot_starts_anew_with_who_was_forgotten(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await aigul.says("забудь меня")
    await aigul.hears("Удалить всё")
    await aigul.presses("Да, удалить всё")
    await aigul.hears("забыл")

    await aigul.says("синий диван")

    await aigul.hears("Диван «Номад»")
