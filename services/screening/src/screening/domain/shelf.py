"""The questionnaire definitions a clinic uses, in every version that was ever answered.

Invariant: a code and version name one definition; the newest version is what new requests ask for.
"""

from collections import Counter
from collections.abc import Iterable

from careflow_domain.errors import not_found
from screening.domain.case import Case
from screening.domain.questionnaires import QuestionnaireDefinition


class QuestionnaireShelf:
    """Look-up of definitions. Raises ValueError when two claim the same code and version."""

    def __init__(self, definitions: Iterable[QuestionnaireDefinition]) -> None:
        self._definitions = tuple(sorted(definitions, key=lambda each: (each.code, each.version)))
        taken = Counter((each.code, each.version) for each in self._definitions)
        if any(count > 1 for count in taken.values()):
            raise ValueError("two questionnaire definitions have the same code and version")
        self._again = {each.repeats: each.code for each in self.all_newest() if each.repeats}
        repeating = [each.repeats for each in self.all_newest() if each.repeats]
        first = {each.code for each in self.all_newest() if not each.repeats}
        if len(set(repeating)) != len(repeating) or not set(repeating) <= first:
            raise ValueError("a questionnaire repeats one that there is, which nothing else repeats")

    def newest(self, code: str) -> QuestionnaireDefinition:
        """The version new requests ask for. Refused: `questionnaire_not_found`."""
        return self._one([each for each in self._definitions if each.code == code])

    def for_case(self, code: str, case: Case) -> QuestionnaireDefinition:
        """The form of it that is asked in this case: once it was completed, the one that asks about what has been
        since, if there is one. Refused: `questionnaire_not_found`.
        """
        again = self._again.get(code)
        return self.newest(again if again and any(map(case.answered_all_of, (code, again))) else code)

    def forms(self, code: str) -> tuple[str, ...]:
        """The codes under which this questionnaire is asked, first and again."""
        return (code, self._again[code]) if code in self._again else (code,)

    def version(self, code: str, version: int) -> QuestionnaireDefinition:
        """One exact version. Refused: `questionnaire_not_found`."""
        return self._one([each for each in self._definitions if (each.code, each.version) == (code, version)])

    def versions(self, code: str) -> tuple[QuestionnaireDefinition, ...]:
        """Every version of one questionnaire, oldest first."""
        return tuple(each for each in self._definitions if each.code == code)

    def all_newest(self) -> tuple[QuestionnaireDefinition, ...]:
        """The newest version of every questionnaire."""
        return tuple({each.code: each for each in self._definitions}.values())

    @staticmethod
    def _one(matching: list[QuestionnaireDefinition]) -> QuestionnaireDefinition:
        if not matching:
            raise not_found("questionnaire")
        return matching[-1]
