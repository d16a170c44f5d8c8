"""Files of keys that only a key management service (KMS) opens.

A sealed file holds a key of its own, wrapped by the KMS, and the content encrypted with that: what libmongocrypt does
for a document, so it speaks to AWS KMS and what is compatible with it, Azure Key Vault, Google Cloud KMS and KMIP alike
(client-side encryption specification, "KMS providers"). Invariant: the KMS is asked when such a file is opened or
sealed, which is when a process starts or is given another key, and never while somebody waits.
"""

from careflow_service.kms.files import content_of, is_sealed
from careflow_service.kms.provider import Kms, KmsBroken, KmsFailure

__all__ = ["Kms", "KmsBroken", "KmsFailure", "content_of", "is_sealed"]
