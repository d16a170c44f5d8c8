"""What carries messages in this process, by what it was told."""

from booking.adapters.letters.mailbox import Mailbox
from booking.adapters.letters.smtp import MailServer, SmtpCarrier
from booking.adapters.letters.text_messages import TextMessageCarrier
from booking.application.letters import Carrier
from booking.domain.channels import Channel
from booking.settings import BookingSettings
from careflow_service.clock import Clock
from careflow_service.gateways import SignedGateway
from careflow_service.outbound import GuardedOutbound
from careflow_service.settings import SettingsError
from careflow_service.telemetry.logs import log


def carriers(settings: BookingSettings, wall_clock: Clock) -> dict[Channel, Carrier]:
    """By channel; none where the clinic has given none. Raises SettingsError."""
    if settings.messages_dir is not None:
        return {
            channel: Mailbox(settings.messages_dir, channel, sender=settings.calendar_organizer, wall_clock=wall_clock)
            for channel in (Channel.EMAIL, Channel.SMS)
        }
    found: dict[Channel, Carrier] = {}
    if settings.smtp_host is not None:
        server = _server(settings, settings.smtp_host)
        found[Channel.EMAIL] = SmtpCarrier(server, sender=settings.calendar_organizer, wall_clock=wall_clock)
    if settings.sms_gateway is not None:
        if settings.sms_signing_key is None:
            raise SettingsError("CAREFLOW_SMS_SIGNING_KEY is missing")
        outbound = GuardedOutbound(settings.gateway_networks)
        gateway = SignedGateway(settings.sms_signing_key.get_secret_value(), wall_clock, outbound)
        found[Channel.SMS] = TextMessageCarrier(str(settings.sms_gateway), gateway)
    if not found.keys() & settings.desk.keys():
        log.warning(
            "desk_is_not_told",
            reason="no CAREFLOW_DESK_EMAIL with a mail server, no CAREFLOW_DESK_PHONE with a gateway",
        )
    if not found:
        log.warning("patients_are_not_told", reason="neither CAREFLOW_SMTP_HOST nor CAREFLOW_SMS_GATEWAY is set")
    return found


def _server(settings: BookingSettings, host: str) -> MailServer:
    if settings.smtp_user is not None and not settings.smtp_password:
        raise SettingsError("CAREFLOW_SMTP_PASSWORD is missing")
    if settings.calendar_organizer.endswith(".invalid") and not settings.in_development:
        raise SettingsError("CAREFLOW_CALENDAR_ORGANIZER is missing: whom e-mail is from")
    plain = bool(settings.smtp_plain)
    return MailServer(
        host=host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        tls=settings.smtp_tls and not plain,
        starttls=not settings.smtp_tls and not plain,
    )
