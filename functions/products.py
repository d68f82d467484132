"""Products and their categories: the administration of the catalogue."""

from functions._endpoints import Endpoints

products = Endpoints("products")

products.get("list_products", "products", handler="products.list", permission="products:read")
products.post("create_product", "products", handler="products.create", permission="products:write")
products.get("search_products", "products/search", handler="products.search", permission="products:read")
products.get("get_product", "products/{product_id}", handler="products.get", permission="products:read")
products.put("replace_product", "products/{product_id}", handler="products.replace", permission="products:write")
products.patch("update_product", "products/{product_id}", handler="products.update", permission="products:write")
products.delete("delete_product", "products/{product_id}", handler="products.delete", permission="products:write")

products.get("list_categories", "categories", handler="categories.list", permission="products:read")
products.post("create_category", "categories", handler="categories.create", permission="products:write")
products.get("get_category", "categories/{code}", handler="categories.get", permission="products:read")
products.put("replace_category", "categories/{code}", handler="categories.replace", permission="products:write")
