from tests.journeys.conftest import house

__all__ = ["house"]
