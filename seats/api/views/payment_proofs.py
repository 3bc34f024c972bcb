"""Pictures of payments: uploaded by customers, seen by them and by the box office."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import Http404, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from seats import payments
from seats.api import uploads
from seats.api.base import Endpoint
from seats.api.idempotency import once, replayed_headers
from seats.api.schema import shapes
from seats.api.schema.describe import in_path, operation
from seats.api.serializers.requests import Upload

# Whoever opens the picture as a page of its own gets a page that can do nothing.
_INERT = "default-src 'none'; frame-ancestors 'none'; sandbox"


class PaymentProofs(Endpoint):
    parser_classes = [uploads.OneFileParser]
    reads = "multipart/form-data"
    max_body_bytes = uploads.MAX_BODY_BYTES
    private_actions = frozenset({"keep_payment_proof"})
    writing_actions = frozenset({"keep_payment_proof"})

    def perform_authentication(self, request: Request) -> None:
        if settings.PAYMENT_MODE != "proof":
            raise Http404
        super().perform_authentication(request)

    @operation(
        "Upload a proof of payment",
        "A PNG, JPEG or WebP picture of up to 5 MB and 25 megapixels. Its `id` pays one booking,"
        " within a day. Where no proof is asked for, there is nothing at this address.",
        answer="PaymentProof",
        status=201,
        body={"multipart/form-data": Upload},
        errors=["throttled", "not_found"],
        private=True,
        posts=True,
        replays=True,
    )
    def keep_payment_proof(self, request: Request) -> Response:
        data = uploads.file_of(request)
        customer = self.customer(request)
        # The form around the file is another one each time it is sent.
        asked = {uploads.FIELD: hashlib.sha256(data).hexdigest()}
        kept = payments.keep(customer, data, once=once(request, customer, asked))
        return Response({"id": kept.id}, status=201, headers=replayed_headers(kept))


class PaymentProofFiles(Endpoint):
    private_actions = frozenset({"show_payment_proof"})

    @operation(
        "The picture of a proof of payment",
        "For whoever uploaded it, and for the box office.",
        answer=("image/jpeg", "image/png", "image/webp"),
        errors=["payment_proof_not_found"],
        private=True,
        parameters=[in_path("proof_id", shapes.TEXT, "The id of a proof of payment.")],
    )
    def show_payment_proof(self, request: Request, proof_id: str) -> HttpResponse:
        picture = payments.picture_of(self.user(request), proof_id)
        return HttpResponse(
            picture.data,
            content_type=f"image/{picture.format}",
            headers={
                "Content-Disposition": f'attachment; filename="payment-proof.{picture.format}"',
                "Content-Security-Policy": _INERT,
                "Cross-Origin-Resource-Policy": "same-origin",
                "X-Content-Type-Options": "nosniff",
            },
        )
