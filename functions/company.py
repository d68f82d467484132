"""The company itself."""

from functions._endpoints import Endpoints

company = Endpoints("company")

company.get("get_company", "company", handler="company.get", permission="company:read")
company.patch("update_company", "company", handler="company.update", permission="company:write")
