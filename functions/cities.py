"""Cities: where the company sells."""

from functions._endpoints import Endpoints

cities = Endpoints("cities")

cities.get("list_cities", "cities", handler="cities.list", permission="cities:read")
cities.post("create_city", "cities", handler="cities.create", permission="cities:write")
cities.get("get_city", "cities/{city_id}", handler="cities.get", permission="cities:read")
cities.patch("update_city", "cities/{city_id}", handler="cities.update", permission="cities:write")
cities.delete("delete_city", "cities/{city_id}", handler="cities.delete", permission="cities:write")
