"""What is going to be charged for a patient's lost visits, from all that decides it."""

from collections.abc import Sequence

from billing.application.fees import is_without_dose
from billing.application.ports import Ports
from billing.domain.accounts import Account
from billing.domain.estimates import Estimate
from billing.domain.fee_cases import FeeCase, FeeState
from billing.domain.fee_outlooks import FeeOutlook, outlooks_of
from billing.domain.visits import VisitKind
from careflow_service.work import side_by_side


async def fee_outlooks(
    fees: Sequence[FeeCase], account: Account, estimates: Sequence[Estimate], ports: Ports
) -> tuple[FeeOutlook, ...]:
    """`fees` and `estimates` are all there are of the account's patient."""
    asked = [each for each in fees if each.kind is VisitKind.INTEGRATION and each.state is FeeState.PENDING]
    alone = await side_by_side(*(is_without_dose(each, fees, ports) for each in asked))
    return outlooks_of(
        fees,
        account,
        ports.policy,
        doseless={each.id for each, without in zip(asked, alone, strict=True) if without},
        disputed=any(each.is_disputed for each in estimates),
    )
