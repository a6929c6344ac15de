"""How a contact ended: chosen by a person, never by the software (§2, INV-10)."""

from enum import StrEnum


class Disposition(StrEnum):
    """The closed list. Closing needs one of them, an author and a time."""

    COACHED = "coached"
    SAFETY_ASSESSED_REMAINED = "safety_assessed_remained"
    ADVISED_911 = "advised_911"
    EMERGENCY_SERVICES_SENT = "emergency_services_sent"
    TRANSFERRED_CRISIS_LINE = "transferred_crisis_line"
    WARM_HANDOFF_ONCALL = "warm_handoff_oncall"
    SCHEDULED = "scheduled"
    ADMIN_RESOLVED = "admin_resolved"
    MESSAGE_TAKEN = "message_taken"
    REACHED_WILL_CALL_LATER = "reached_will_call_later"
    NO_ANSWER_VM_LEFT = "no_answer_vm_left"
    NO_ANSWER_NO_VM_SAFE_CONTACT = "no_answer_no_vm_safe_contact"
    WRONG_PERSON = "wrong_person"
    ENDED_RULE24 = "ended_rule24"
    ENDED_LIMIT_OBSERVED = "ended_limit_observed"
    REPAIR_DONE = "repair_done"
    REFERRED_OUT = "referred_out"
    SPAM_OR_MISDIAL = "spam_or_misdial"


DISPOSITIONS = frozenset(one.value for one in Disposition)
