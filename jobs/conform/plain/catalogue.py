"""Which plain-Python reader judges which rule."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from jobs.conform.plain import contacts, numbers, organisations, persons, places, services, texts
from jobs.conform.plain.reading import Reading

READERS: Mapping[str, Callable[[str], Reading]] = MappingProxyType({
    "uscc": organisations.read_uscc,
    "org_code": organisations.read_org_code,
    "business_reg_no": organisations.read_business_reg_no,
    "citizen_id": persons.read_citizen_id,
    "citizen_id_15": persons.read_citizen_id_15,
    "citizen_id_any": persons.read_citizen_id_any,
    "admin_division": places.read_admin_division,
    "mobile": contacts.read_mobile,
    "phone": contacts.read_phone,
    "licence_id": services.read_licence_id,
    "service_base_code": services.read_service_base_code,
    "service_impl_code": services.read_service_impl_code,
    "service_handle_item": services.read_service_handle_item,
    "website_id": places.read_website_id,
    "url": contacts.read_url,
    "clean_text": texts.read_clean_text,
    numbers.RULE: numbers.read_personal_number,
})


def _judge(read: Callable[[str], Reading]) -> Callable[[str], bool]:
    return lambda text: read(text).fault is None


PLAIN: Mapping[str, Callable[[str], bool]] = MappingProxyType({rule: _judge(read) for rule, read in READERS.items()})
