"""What a letter of appeal says: to the insurer in English, and to the patient what to do with it in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import format_date

from billing.adapters.printed import amount, us
from billing.domain.accounts import Relationship
from billing.domain.appeal_letters import AppealLetter
from billing.domain.appeals import MEDICAL_JUDGMENTS, AppealStage, DenialReason, Language
from careflow_service.pages.words import LOCALES

_REASONS: Final[Mapping[DenialReason, str]] = {
    DenialReason.NOT_NECESSARY: "The notice says that the services were not medically necessary.",
    DenialReason.EXPERIMENTAL: "The notice says that the treatment is experimental or investigational.",
    DenialReason.NOT_COVERED: "The notice says that the plan does not cover the services.",
    DenialReason.OUT_OF_NETWORK: "The notice says that the clinic is out of network.",
    DenialReason.NOT_AUTHORIZED: "The notice says that the services needed an authorization beforehand.",
    DenialReason.FILED_LATE: "The notice says that the claim was filed too late.",
    DenialReason.INFORMATION_MISSING: "The notice says that information was missing or a code was wrong.",
    DenialReason.PAID_TOO_LITTLE: "The claim was paid in part, and I ask for the rest of what the plan covers.",
    DenialReason.OTHER: "I do not agree with the decision.",
}
_REVIEWER: Final = (
    "This decision rests on a medical judgment. Please have it reviewed by a health care professional with training "
    "and experience in psychiatry who had no part in it (29 CFR 2560.503-1(h)(3)(iii) and (v)), and tell me who it is."
)
_COPIES: Final = (
    "Please send me, free of charge, copies of everything that is relevant to my claim, with the plan's terms and the "
    "criteria the decision rests on (29 CFR 2560.503-1(h)(2)(iii))."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guide:
    """The page for the patient, in one language."""

    title: str
    keep: str
    by: str
    by_notice: str
    by_rule: Mapping[AppealStage, str]
    past: str
    steps: tuple[str, ...]
    send: Mapping[AppealStage, str]
    enclose: str
    notice: str
    bill: str
    sheets: str
    then: Mapping[AppealStage, str]
    whose: str


_GUIDES: Final[Mapping[Language, _Guide]] = {
    Language.ENGLISH: _Guide(
        title="Your appeal: what to do",
        keep="This page is for you. Send the pages after it.",
        by="Send it by {day}.",
        by_notice="This is the last day your notice names.",
        by_rule={
            AppealStage.INTERNAL: "Most plans must take an appeal for {days} days after you received the notice "
            "(29 CFR 2560.503-1(h)(3)(i)). If your notice or your plan names another day, that one counts.",
            AppealStage.EXTERNAL: "An external review is asked for within {months} months after you received the last "
            "decision (45 CFR 147.136(d)(2)(i)). Where your state reviews, your notice says until when.",
        },
        past="This day is over. Send it all the same, today, and write why it is late; ask your plan whether it still "
        "takes it.",
        steps=("Read the letter. If something is wrong, ask us for another one.", "Sign it and write the date."),
        send={
            AppealStage.INTERNAL: "Send it to the address for appeals that is on your notice, in a way that proves "
            "when it came: certified mail, a fax with its confirmation, or your plan's website. Keep a copy of it all.",
            AppealStage.EXTERNAL: "Send it where your last notice says that an external review is asked for, in a way "
            "that proves when it came. Keep a copy of everything.",
        },
        enclose="Put with it:",
        notice="the notice of your insurer",
        bill="superbill {number}, which names your diagnoses",
        sheets="its claim sheets, if your insurer asked for its form",
        then={
            AppealStage.INTERNAL: "A plan with one level of appeal decides within {days} days (29 CFR "
            "2560.503-1(i)(2)(iii)). If it says no again, you may ask for an external review, by people who are not "
            "your insurer's, within {months} months (45 CFR 147.136(d)(2)(i)).",
            AppealStage.EXTERNAL: "The reviewers write to you what they decided, and what follows from it.",
        },
        whose="This letter was made from your bill and from what you told us. You send it, and you decide whether to. "
        "We are not your lawyers; your notice says who helps with appeals where you live. Questions about the bill: "
        "{phone} or {email}.",
    ),
    Language.SPANISH: _Guide(
        title="Su apelación: qué hacer",
        keep="Esta página es para usted. Envíe las páginas que siguen.",
        by="Envíela a más tardar el {day}.",
        by_notice="Es el último día que nombra su aviso.",
        by_rule={
            AppealStage.INTERNAL: "La mayoría de los planes debe aceptar una apelación durante {days} días después de "
            "que usted recibió el aviso (29 CFR 2560.503-1(h)(3)(i)). Si su aviso o su plan nombra otro día, vale ese.",
            AppealStage.EXTERNAL: "Una revisión externa se pide dentro de {months} meses después de recibir la última "
            "decisión (45 CFR 147.136(d)(2)(i)). Donde la revisión es de su estado, su aviso dice hasta cuándo.",
        },
        past="Ese día ya pasó. Envíela de todos modos, hoy mismo, y escriba por qué llega tarde; pregunte a su plan si "
        "todavía la acepta.",
        steps=(
            "Lea la carta. Está en inglés, para su seguro. Si algo no es correcto, pídanos otra.",
            "Fírmela y escriba la fecha.",
        ),
        send={
            AppealStage.INTERNAL: "Envíela a la dirección para apelaciones que está en su aviso, de un modo que pruebe "
            "cuándo llegó: correo certificado, fax con su confirmación o el sitio web de su plan. Guarde una copia de "
            "todo.",
            AppealStage.EXTERNAL: "Envíela adonde su último aviso dice que se pide una revisión externa, de un modo "
            "que pruebe cuándo llegó. Guarde una copia de todo.",
        },
        enclose="Ponga con ella:",
        notice="el aviso de su seguro",
        bill="la superfactura {number}, que nombra sus diagnósticos",
        sheets="sus hojas de reclamación, si su seguro pidió su formulario",
        then={
            AppealStage.INTERNAL: "Un plan con un solo nivel de apelación decide dentro de {days} días (29 CFR "
            "2560.503-1(i)(2)(iii)). Si dice que no otra vez, usted puede pedir una revisión externa, por personas que "
            "no son de su seguro, dentro de {months} meses (45 CFR 147.136(d)(2)(i)).",
            AppealStage.EXTERNAL: "Los revisores le escriben qué decidieron y qué sigue de ello.",
        },
        whose="Esta carta se hizo con su factura y con lo que usted nos dijo. Usted la envía y decide si lo hace. No "
        "somos sus abogados; su aviso dice quién ayuda con apelaciones donde usted vive. Preguntas sobre la factura: "
        "{phone} o {email}.",
    ),
}


def appeal_words(letter: AppealLetter, issued_on: date) -> dict[str, Any]:
    """`issued_on` tells whether the last day is over already."""
    patient, coverage, decision = letter.patient, letter.patient.coverage, letter.decision
    days = sorted({each.service_date for each in letter.services})
    own = coverage.relationship is Relationship.SELF
    return {
        "guide": _guide(letter, issued_on),
        "language": letter.language.value,
        "external": letter.stage is AppealStage.EXTERNAL,
        "payer": coverage.payer,
        "facts": [
            ["Member", patient.name],
            ["Date of birth", us(patient.birth_date)],
            ["Member ID", coverage.member_id],
            ["Group", coverage.group_number],
            ["Subscriber", None if own else coverage.subscriber_name],
            ["Claim number", decision.claim_number],
            ["Notice received", us(decision.received_on)],
            ["Dates of service", us(days[0]) if len(days) == 1 else f"{us(days[0])} to {us(days[-1])}"],
            ["Superbill", letter.superbill_number],
            ["Amount charged", amount(letter.charged)],
            ["Paid by the patient", amount(letter.paid)],
        ],
        "received_on": us(decision.received_on),
        "why": _REASONS[decision.reason],
        "said": _paragraphs(decision.said),
        "reviewer": _REVIEWER
        if decision.reason in MEDICAL_JUDGMENTS and letter.stage is AppealStage.INTERNAL
        else None,
        "copies": _COPIES if letter.stage is AppealStage.INTERNAL else None,
        "words": _paragraphs(letter.words),
        "services": [
            {
                "date": us(each.service_date),
                "code": each.code,
                "description": each.description,
                "clinician": each.clinician,
                "charged": amount(each.charged),
            }
            for each in letter.services
        ],
        "charged": amount(letter.charged),
        "enclosed": [
            f"Notice received on {us(decision.received_on)}",
            f"Superbill {letter.superbill_number}",
            *letter.enclosed,
        ],
    }


def _guide(letter: AppealLetter, issued_on: date) -> dict[str, Any]:
    guide, stage, provider = _GUIDES[letter.language], letter.stage, letter.head.provider
    numbers = {"days": letter.decision_days, "months": letter.external_months}
    allowed = {"days": (letter.last_day - letter.decision.received_on).days, "months": letter.external_months}
    by_notice = letter.decision.last_day is not None
    return {
        "title": guide.title,
        "keep": guide.keep,
        "by": guide.by.format(day=format_date(letter.last_day, "long", locale=LOCALES[letter.language])),
        "why": guide.by_notice if by_notice else guide.by_rule[stage].format(**allowed),
        "past": guide.past if letter.last_day < issued_on else None,
        "steps": [*guide.steps, guide.send[stage]],
        "enclose": guide.enclose,
        "enclosed": [
            guide.notice,
            guide.bill.format(number=letter.superbill_number),
            guide.sheets,
            *letter.enclosed,
        ],
        "then": guide.then[stage].format(**numbers),
        "whose": guide.whose.format(phone=provider.phone, email=provider.email),
    }


def _paragraphs(text: str | None) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()] if text else []
