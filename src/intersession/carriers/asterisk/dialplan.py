"""The dialplan: every call is handed to our server, and what it does not take falls back to Asterisk itself (V00)."""

from __future__ import annotations

from textwrap import dedent

from ..numbers import dialled_as
from .pbx import BEEP, FALLBACK, FALLBACK_SAVED, HELLO, NO_ONE, REGISTERED, RINGING, TRUNK, WHISPER, Pbx

FAMILY = "intersession"
"""In Asterisk's own small database every call is noted as it comes in (channel:time:line:number), until we have told
of it. The note is the key: ARI may read a database's keys and not its values."""
ENDED, RECORDED, DUTY = "ENDED_", "RECORDED_", "DUTY_"
"""Global variables, with the channel's id behind: when the call, and the fallback's recording, was over; what became of
the duty number. Once a call has been with our server, Asterisk lets its dialplan write no database any more."""
DUTY_SECONDS = 20
"""How long the duty number rings: most mobiles' voicemail comes later."""
TEXTS, TEXTS_READ, TEXTS_OUT = "intersession-texts", "kept-text", "strike-out-text"
"""Where texts are kept in that database until we have told of them; the contexts that read one and that delete one."""
TEXT_OF = ("FROM", "TO", "NAME", "BODY", "SIZE", "AT")
"""What is kept of a text; when it came is written last, so that it tells that the rest is there."""
SPEAKS = "fallback"
"""The context of the fallback's words."""
ANSWERED_WITHIN = 4
"""Seconds in which our server has to take a new call."""
NUMBER = "_[+0-9]."


def dialplan(pbx: Pbx) -> str:
    """extensions.conf."""
    staff = "".join(
        f"exten => {dialled},1,Goto(from-{TRUNK},{number},1)\n"
        for number in sorted(pbx.lines)
        for dialled in dialled_as(number, pbx.region)
    )
    return f"""\
; Every call goes to our server. If it is not there, does not answer within {ANSWERED_WITHIN} s, or dies while the
; caller waits (then it no longer puts the time-out off), the caller hears the safety words here and can leave a
; message.
[from-{TRUNK}]
{_arriving(pbx)}{_registered() if pbx.trunk.user else ""}
; Staff phones reach the practice's own numbers, and nothing else.
[from-staff]
{staff}
[{SPEAKS}]
{_fallback(pbx)}
{_duty(pbx) if pbx.duty else ""}
{NOTES}
{_texts(pbx)}
; Empty on purpose.
[nowhere]
"""


def _arriving(pbx: Pbx) -> str:
    return dedent(f"""\
        exten => {NUMBER},1,Set(NUMBER=${{FILTER(0-9+,${{CALLERID(num)}})}})
         same => n,Set(DB({FAMILY}/${{UNIQUEID}}:${{EPOCH}}:${{FILTER(0-9+,${{EXTEN}})}}:${{NUMBER}})=1)
         same => n,Set(DIALLED=${{FILTER(0-9+,${{EXTEN}})}})
         same => n,Set(TIMEOUT(absolute)={ANSWERED_WITHIN})
         same => n,Stasis({pbx.app},inbound,${{EXTEN}})
         same => n,GotoIf($["${{STASISSTATUS}}" = "SUCCESS"]?over)
         same => n,Goto(fallback,s,1)
         same => n(over),Hangup()
        exten => T,1,Goto(fallback,s,1)
        """) + OVER


def _registered() -> str:
    """Some providers call us by the name that we registered with."""
    return dedent(f"""\
        exten => {REGISTERED},1,Set(TO=${{PJSIP_HEADER(read,To)}})
         same => n,Goto(from-{TRUNK},${{FILTER(0-9+,${{CUT(CUT(TO,@,1),:,2)}})}},1)
        """)


def _texts(pbx: Pbx) -> str:
    """A text is handed to our server, and kept here beside: whether our server listens is not known to Asterisk, which
    has said by then that the text was taken. Its words are put into a value as they are and never into a function's
    brackets, where they would be read as something else."""
    name = "${MESSAGE_DATA(Call-ID)}:${MESSAGE_DATA(CSeq)}"
    size = "${MESSAGE_DATA(Content-Length)}"
    values = ("${MESSAGE(from)}", "${MESSAGE(to)}", name, "${MESSAGE(body)}", size, "${EPOCH}")
    kept = "".join(
        f" same => n,Set(DB({TEXTS}/${{KEY}}/{of})={value})\n" for of, value in zip(TEXT_OF, values, strict=True)
    )
    read = "".join(f" same => n,Set(TEXT_{of}=${{DB({TEXTS}/${{EXTEN}}/{of})}})\n" for of in TEXT_OF)
    out = "".join(f" same => n,NoOp(${{DB_DELETE({TEXTS}/${{EXTEN}}/{of})}})\n" for of in reversed(TEXT_OF))
    return f"""\
; Texts: kept until our server has told of them. Never run Stasis() on a text: it would wait for ever.
[{TEXTS}]
exten => {NUMBER},1,Set(KEY=${{MD5({name})}})
{kept} same => n,Hangup()

[{TEXTS_READ}]
exten => _[0-9a-f].,1,NoOp()
{read} same => n,Stasis({pbx.app},beside)
 same => n,Hangup()

[{TEXTS_OUT}]
exten => _[0-9a-f].,1,NoOp()
{out} same => n,Hangup()
"""


def _fallback(pbx: Pbx) -> str:
    """It never ends a caller's call: the words come again until they hang up."""
    begins = _rings_duty(pbx) if pbx.duty else f" same => n,Playback({pbx.sounds / FALLBACK})\n"
    came_of_duty = f" same => n,Set(GLOBAL({DUTY}${{UNIQUEID}})=${{DIALSTATUS}})\n" if pbx.duty else ""
    return f"""\
exten => s,1,Set(TIMEOUT(absolute)=0)
 same => n,Answer()
{begins} same => n,Playback({pbx.sounds / BEEP})
 same => n,Record(${{ASTSPOOLDIR}}/recording/fallback-${{UNIQUEID}}.wav,15,{pbx.longest_seconds},kq)
 same => n,Set(GLOBAL({RECORDED}${{UNIQUEID}})=${{EPOCH}})
 same => n,Playback({pbx.sounds / FALLBACK_SAVED})
 same => n(again),Playback({pbx.sounds / FALLBACK})
 same => n,Wait(5)
 same => n,Goto(again)
{OVER}{came_of_duty}"""


def _rings_duty(pbx: Pbx) -> str:
    """The one fixed number. The caller's own is taken off before: the duty phone shows the number that was dialled."""
    return dedent(f"""\
         same => n,Playback({pbx.sounds / HELLO})
         same => n,Playback({pbx.sounds / RINGING})
         same => n,Set(CALLERID(all)=<${{DIALLED}}>)
         same => n,Set(CALLERID(ANI)=${{DIALLED}})
         same => n,Dial(Local/s@duty/n,{DUTY_SECONDS + 30},gIr)
         same => n,GotoIf($["${{DIALSTATUS}}" = "ANSWER"]?again)
         same => n,Playback({pbx.sounds / NO_ONE})
        """)


def _duty(pbx: Pbx) -> str:
    """Answered only by key 1, which a mobile's voicemail cannot press; until then the caller hears it ring, for this
    half of the call is not answered before."""
    return dedent(f"""\
        ; The duty number.
        [duty]
        exten => s,1,Dial({pbx.endpoint(pbx.duty)},{DUTY_SECONDS},gIU(duty-takes))
         same => n,Hangup()

        [duty-takes]
        exten => s,1,Set(ASKED=0)
         same => n(ask),Read(KEY,{pbx.sounds / WHISPER},1,,1,6)
         same => n,GotoIf($["${{KEY}}" = "1"]?takes)
         same => n,Set(ASKED=$[${{ASKED}} + 1])
         same => n,GotoIf($[${{ASKED}} < 2]?ask)
         same => n,Set(GOSUB_RESULT=BUSY)
         same => n(takes),Return()
        """)


OVER = f"exten => h,1,Set(GLOBAL({ENDED}${{UNIQUEID}})=${{EPOCH}})\n"

NOTES = dedent(f"""\
    ; Our server asks for the notes here: ARI reads the database over a channel only.
    [notes]
    exten => s,1,Answer()
     same => n,Wait(10)

    ; What was told is struck out, with the number in it.
    [strike-out]
    exten => _X.,1,NoOp(${{DB_DELETE({FAMILY}/${{EXTEN}})}})
     same => n,Hangup()
    """)
