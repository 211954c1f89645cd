from django.urls import path

from intake.public import consent_views, keeping_views, listing_views, plan_said, sent_views, views
from intake.public.notice import privacy_notice

urlpatterns = [
    path("get-help/", views.get_help, name="get_help"),
    path("get-help/check/", views.intake_check, name="intake_check"),
    path("get-help/sent/", sent_views.intake_sent, name="intake_sent"),
    path("get-help/save/", keeping_views.intake_save, name="intake_save"),
    path("get-help/come-back/", keeping_views.intake_resume, name="intake_resume"),
    path("get-help/substances/<int:number>/", views.intake_substance, name="intake_substance"),
    path("get-help/<slug:slug>/", views.intake_step, name="intake_step"),
    path("consent/", consent_views.consent_by_code, name="consent_by_code"),
    path("consent/<str:secret>/", consent_views.consent_by_link, name="consent_by_link"),
    path("listing/<str:secret>/", listing_views.own_listing, name="own_listing"),
    path("privacy-notice/", privacy_notice, name="privacy_notice"),
    path("status/", sent_views.inquiry_status, name="inquiry_status"),
    path("status/plan/", plan_said.correct_my_plan, name="status_plan"),
    path("status/plan/pdf/", plan_said.my_plan_pdf, name="status_plan_pdf"),
    path("leave/", keeping_views.leave, name="leave"),
]
