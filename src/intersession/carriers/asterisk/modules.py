"""The modules that the line needs of Asterisk: what is not loaded cannot be misused."""

from __future__ import annotations

MODULES = (
    ("time and storage", "res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb"),
    ("the web socket; ARI does not load without res_websocket_client",
     "res_http_websocket res_websocket_client res_crypto res_srtp"),
    ("SIP; res_pjsip_refer stays away: nobody transfers a client",
     "res_pjproject res_rtp_asterisk res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_registrar"
     " res_pjsip_caller_id res_pjsip_rfc3326 res_pjsip_nat res_pjsip_acl res_pjsip_pubsub"
     " res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_authenticator_digest"
     " res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration res_pjsip_dtmf_info"
     " res_pjsip_messaging res_pjsip_transport_websocket res_pjsip_header_funcs chan_pjsip"),
    ("calls that our server steers; chan_bridge_media lets a bridge be spoken to",
     "chan_bridge_media res_stasis res_stasis_answer res_stasis_playback res_stasis_recording res_stasis_snoop"),
    ("ARI",
     "res_ari_model res_ari res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels"
     " res_ari_endpoints res_ari_events res_ari_playbacks res_ari_recordings app_stasis"),
    ("bridges", "bridge_holding bridge_simple bridge_native_rtp bridge_softmix"),
    ("the fallback's dialplan",
     "pbx_config app_dial app_playback app_read app_record app_stack func_callerid func_channel"
     " func_cut func_db func_global func_logic func_md5 func_strings func_timeout"),
    ("voices; no Opus, for trunks carry telephone sound, and not every Asterisk can turn the one into the other",
     "codec_ulaw codec_alaw codec_g722 codec_resample format_wav format_sln format_pcm"),
)  # fmt: skip
"""Why, and which."""


def modules_conf() -> str:
    """modules.conf: nothing is loaded by itself."""
    groups = (f"; {why}\n" + "".join(f"load = {name}.so\n" for name in names.split()) for why, names in MODULES)
    return "[modules]\nautoload = no\n\n" + "\n".join(groups)
