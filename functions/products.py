"""Products: the administration of the catalogue."""

from functions._endpoints import Endpoints

products = Endpoints("products")

_FILE_LIMIT = (20 << 20) + (64 << 10)
"""Bytes: the largest file of products, and the form around it."""
_PHOTO_LIMIT = 10 << 20

products.get("list_products", "products", handler="products.list", permission="products:read")
products.post("create_product", "products", handler="products.create", permission="products:write")
products.get("search_products", "products/search", handler="products.search", permission="products:read")
products.get("get_product", "products/{product_id}", handler="products.get", permission="products:read")
products.put("replace_product", "products/{product_id}", handler="products.replace", permission="products:write")
products.patch("update_product", "products/{product_id}", handler="products.update", permission="products:write")
products.delete("delete_product", "products/{product_id}", handler="products.delete", permission="products:write")

products.post(
    "start_product_import",
    "products/imports",
    handler="product_files.start",
    permission="products:write",
    body_limit=_FILE_LIMIT,
)
products.get("list_product_imports", "products/imports", handler="product_files.list", permission="products:read")
products.get(
    "get_product_import", "products/imports/{import_id}", handler="product_files.get", permission="products:read"
)
products.get(
    "get_product_import_report",
    "products/imports/{import_id}/report",
    handler="product_files.report",
    permission="products:read",
)
products.get("export_products", "products/export", handler="product_files.export", permission="products:read")
products.get(
    "list_product_images",
    "products/{product_id}/images",
    handler="product_images.list",
    permission="products:read",
)
products.post(
    "add_product_image",
    "products/{product_id}/images",
    handler="product_images.add",
    permission="products:write",
    body_limit=_PHOTO_LIMIT,
)
products.delete(
    "remove_product_image",
    "products/{product_id}/images/{name}",
    handler="product_images.remove",
    permission="products:write",
)
