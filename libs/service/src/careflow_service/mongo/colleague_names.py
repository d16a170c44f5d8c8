"""What booking says that practitioners are called, in MongoDB; `Staff` reads it for whoever never logged in."""

from careflow_domain.colleague_names import ColleagueName
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.staff import HEARD
from careflow_service.mongo.stored import Stored


class MongoColleagueNames(Stored[ColleagueName]):
    """See `careflow_service.naming.ColleagueNames`."""

    def __init__(self, database: Database) -> None:
        documents = Documents(database, HEARD, ColleagueName, fields=lambda each: {"name": each.name})
        super().__init__(documents, lambda: not_found("colleague"))
