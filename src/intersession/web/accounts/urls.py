"""The addresses of signing in, most of them the library's own views with our templates.

Their names are the library's where it asks for them. What is not here does not exist: no sign-up, no mail, no password
reset but by whoever runs the line.
"""

from typing import Any

from allauth.account.views import LogoutView, PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ConfirmByCode
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView
from django.contrib.auth.decorators import login_not_required
from django.urls import path, reverse_lazy

from . import begin, views
from .guard import for_setting_up


def _with(view: Any, template: str, **more: Any) -> Any:
    return view.as_view(template_name=f"accounts/{template}.html", **more)


BACK: dict[str, Any] = {"success_url": reverse_lazy("account")}

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/second/", _with(AuthenticateView, "second"), name="mfa_authenticate"),
    path("sign-in/passkey/", views.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
    path("sign-out/", login_not_required(_with(LogoutView, "sign_out")), name="account_logout"),
    #
    path("begin/", begin.code, name="account-begin"),
    path("begin/password/", begin.password, name="account-begin-password"),
    path("begin/second/", begin.factor, name="account-begin-factor"),
    #
    path("", views.account, name="account"),
    path("", views.account, name="mfa_index"),
    path("sign-ins/", views.sign_ins, name="account-sign-ins"),
    path("here/", views.here, name="account-here"),
    path("sessions/others/end/", views.end_other_sessions, name="account-sessions-end-others"),
    path("sessions/<int:session>/end/", views.end_session, name="account-session-end"),
    path("password/", _with(PasswordChangeView, "password"), name="account_change_password"),
    #
    path("app/", for_setting_up(_with(ActivateTOTPView, "app")), name="mfa_activate_totp"),
    path("app/remove/", _with(DeactivateTOTPView, "app_remove", **BACK), name="mfa_deactivate_totp"),
    path("codes/", _with(ViewRecoveryCodesView, "codes"), name="mfa_view_recovery_codes"),
    path("codes/new/", _with(GenerateRecoveryCodesView, "codes_new"), name="mfa_generate_recovery_codes"),
    path("passkeys/add/", for_setting_up(_with(AddWebAuthnView, "passkey_add")), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/name/", _with(EditWebAuthnView, "passkey_name", **BACK), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", views.RemovePasskey.as_view(**BACK), name="mfa_remove_webauthn"),
    #
    path("confirm/", _with(ReauthenticateView, "confirm"), name="account_reauthenticate"),
    path("confirm/code/", _with(ConfirmByCode, "confirm_code"), name="mfa_reauthenticate"),
    path("confirm/passkey/", views.ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
]
