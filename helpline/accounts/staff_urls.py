from django.urls import path

from helpline.accounts import staff_views

urlpatterns = [
    path("", staff_views.staff, name="staff"),
    path("invite/", staff_views.invite_somebody, name="staff_invite"),
    path("<uuid:user_id>/", staff_views.one_account, name="staff_account"),
    path("<uuid:user_id>/role/", staff_views.change_their_role, name="staff_role"),
    path("<uuid:user_id>/out-of-use/", staff_views.close_account, name="staff_out_of_use"),
    path("<uuid:user_id>/begin-anew/", staff_views.begin_anew, name="staff_begin_anew"),
]
