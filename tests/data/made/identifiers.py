"""Made identifiers with right check characters that nobody holds: codes of the QQ and QB ranges, sequences 000 and 999."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015
USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
CITIZEN_WEIGHTS = tuple(2 ** (17 - position) % 11 for position in range(17))  # GB 11643-1999
PLACE = {character: place for place, character in enumerate(ALPHABET)}


def serial(number: int, width: int) -> str:
    """Write a number in the 31 characters of the code alphabet, zero-filled."""
    text = ""
    for _ in range(width):
        number, place = divmod(number, 31)
        text = ALPHABET[place] + text
    return text


def org_code(body: str) -> str:
    """Append the check character to the eight characters of an organisation code."""
    check = -sum(int(character, 36) * weight for character, weight in zip(body, ORG_WEIGHTS, strict=True)) % 11
    return body + "0123456789X"[check]


def uscc(head: str, body: str) -> str:
    """Build a unified social credit code: head is department, category and division; body the organisation's eight."""
    code = head + org_code(body)
    total = sum(PLACE[character] * weight for character, weight in zip(code, USCC_WEIGHTS, strict=True))
    return code + ALPHABET[-total % 31]


def business_reg_no(body: str) -> str:
    """Append the check digit to the 14 digits of a business registration number, ISO 7064 MOD 11,10."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return body + str((11 - product) % 10)


def citizen_id(division: str, born: str, sequence: str = "000") -> str:
    """Build a citizen number of a sequence that is not issued; born is YYYYMMDD."""
    body = division + born + sequence
    total = sum(int(digit) * weight for digit, weight in zip(body, CITIZEN_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]
