"""Pictures for messengers and browsers: ``/api/media/{company_id}/{name}``, public and cached for ever."""

from uuid import UUID

import azure.functions as func

from functions._http import problem, secured
from shared.kernel.errors import NotFound, ZetaError

media = func.Blueprint()


@media.function_name("show_product_image")
@media.route("media/{company_id}/{name}", methods=[func.HttpMethod.GET])
async def show_product_image(req: func.HttpRequest) -> func.HttpResponse:
    """Show a product's photo."""
    from shared.composition import worker

    try:
        company_id = _company(req.route_params["company_id"])
        content = await worker().product_images.read(company_id, req.route_params["name"])
    except ZetaError as error:
        return problem(error)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return secured(func.HttpResponse(content, mimetype="image/jpeg", headers=headers))


def _company(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("image", text[:40]) from None
