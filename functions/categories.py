"""Categories of products."""

from functions._endpoints import Endpoints

categories = Endpoints("categories")

categories.get("list_categories", "categories", handler="categories.list", permission="products:read")
categories.post("create_category", "categories", handler="categories.create", permission="products:write")
categories.get("get_category", "categories/{code}", handler="categories.get", permission="products:read")
categories.put("replace_category", "categories/{code}", handler="categories.replace", permission="products:write")
