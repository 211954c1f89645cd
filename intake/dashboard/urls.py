from django.urls import include, path

from intake.dashboard import actions, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("queue/", views.queue, name="desk_queue"),
    path("find/", views.find_inquiry, name="desk_find"),
    path("audit/", views.audit, name="desk_audit"),
    path("calls/new/", views.new_call, name="desk_new_call"),
    path("inquiries/<uuid:inquiry_id>/", views.inquiry, name="desk_inquiry"),
    path("inquiries/<uuid:inquiry_id>/panels/<slug:name>/", views.panel, name="desk_inquiry_panel"),
    path("inquiries/<uuid:inquiry_id>/correct/", views.correct_answers, name="desk_correct"),
    path("inquiries/<uuid:inquiry_id>/take/", actions.take_inquiry, name="desk_take"),
    path("inquiries/<uuid:inquiry_id>/put-back/", actions.put_inquiry_back, name="desk_put_back"),
    path("inquiries/<uuid:inquiry_id>/calls/", actions.add_call, name="desk_log_call"),
    path("inquiries/<uuid:inquiry_id>/callbacks/", actions.add_callback, name="desk_plan_callback"),
    path("inquiries/<uuid:inquiry_id>/notes/", actions.add_note, name="desk_note"),
    path("inquiries/<uuid:inquiry_id>/ask-plan/", actions.ask_plan, name="desk_ask_plan"),
    path("inquiries/<uuid:inquiry_id>/consent-link/", actions.consent_link, name="desk_consent_link"),
    path("inquiries/<uuid:inquiry_id>/consent-code/", actions.consent_code, name="desk_consent_code"),
    path("inquiries/<uuid:inquiry_id>/spoken-yes/", actions.spoken_yes, name="desk_spoken_yes"),
    path("inquiries/<uuid:inquiry_id>/revoke/", actions.revoke_consents, name="desk_revoke"),
    path("inquiries/<uuid:inquiry_id>/refer/<uuid:program_id>/", actions.refer_to, name="desk_refer"),
    path("inquiries/<uuid:inquiry_id>/close/", actions.close_inquiry, name="desk_close"),
    path("inquiries/<uuid:inquiry_id>/reopen/", actions.reopen_inquiry, name="desk_reopen"),
    path("callbacks/<uuid:callback_id>/", actions.change_callback, name="desk_callback"),
    path("referrals/<uuid:referral_id>/", actions.follow_referral, name="desk_referral"),
    path("referrals/<uuid:referral_id>/packet/", views.packet, name="desk_packet"),
    path("phone-checks/", actions.phone_checks, name="desk_phone_checks"),
    path("phone-checks/<uuid:verification_id>/", actions.phone_check, name="desk_phone_check"),
    path("listings/", include("intake.dashboard.listings_urls")),
]
