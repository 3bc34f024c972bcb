from django.http import HttpResponse

from config.content_security import POLICY, ContentSecurityMiddleware


def test_every_answer_carries_the_policy(rf):
    answer = ContentSecurityMiddleware(lambda request: HttpResponse())(rf.get("/"))
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_a_page_can_be_stricter(rf):
    def page(request):
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    answer = ContentSecurityMiddleware(page)(rf.get("/"))
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


def test_nothing_written_into_a_page_is_run():
    assert "unsafe" not in POLICY
    assert "default-src 'self'" in POLICY
    assert "script-src" not in POLICY
    assert "style-src" not in POLICY
