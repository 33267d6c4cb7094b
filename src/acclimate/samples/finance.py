"""Made-up financial documents: quarterly reports, filings and market notes of companies that do not exist.

A small grammar: `[a|b]` is one of several wordings, `{name}` a word or a figure of the company. The figures of a document
fit together: growth, margins and earnings per share follow from the amounts printed beside them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from acclimate.samples.wording import pick, say


class Sector(NamedTuple):
    """The words of a line of business; the two segments share its revenue."""

    name: str
    suffixes: str
    segments: tuple[str, str]
    products: str
    drivers: str
    costs: str


_SECTORS = (
    Sector("software", "Systems|Software|Cloud", ("Subscriptions", "Services"), "workflow platform|security suite",
           "net retention|new customer bookings|annual recurring revenue", "hosting costs|sales commissions"),
    Sector("retail", "Stores|Outfitters|Retail Group", ("Stores", "Online"), "private-label range|loyalty programme",
           "comparable store sales|average basket size|online order volume", "markdowns|freight rates|store wages"),
    Sector("banking", "Bancorp|Financial|Trust", ("Commercial Banking", "Wealth Management"), "mortgage book|deposit franchise",
           "net interest income|loan growth|fee income", "deposit costs|provisions for credit losses"),
    Sector("energy", "Energy|Petroleum|Power", ("Upstream", "Midstream"), "gas pipeline|offshore field",
           "realised prices|production volumes|refining margins", "lifting costs|maintenance outages"),
    Sector("healthcare", "Biosciences|Therapeutics|Medical", ("Devices", "Diagnostics"), "glucose monitor|imaging line",
           "procedure volumes|new approvals|hospital orders", "clinical trial spending|quality remediation costs"),
    Sector("industrials", "Industries|Engineering|Dynamics", ("Equipment", "Aftermarket"), "pump line|automation unit",
           "order backlog|price increases|aftermarket demand", "steel prices|energy costs|overtime"),
    Sector("semiconductors", "Microdevices|Semiconductor|Photonics", ("Analog", "Memory"), "sensor family|power controller",
           "automotive demand|data centre orders|average selling prices", "wafer costs|underused capacity"),
    Sector("logistics", "Freight|Logistics|Shipping", ("Contract Logistics", "Forwarding"), "cold chain network|parcel hub",
           "freight volumes|contract renewals|yield per shipment", "fuel prices|driver wages"),
)  # fmt: skip

_BEGINNINGS = "Alder|Bright|Cobal|Dorn|Elst|Fenn|Gal|Hollen|Ister|Jun|Kest|Lor|Mar|Norv|Ost|Perr|Quill|Rav|Sel|Tarr"
_ENDINGS = "mont|wick|tex|andra|ford|vale|ion|hurst|eon|brook|ara|stead|ix|gate|olis"
_FIRST_NAMES = "Amara|Bruno|Celia|Dmitri|Elena|Farid|Greta|Hiro|Ines|Jonas|Kavya|Leon|Mira|Noah|Oona|Pavel"
_LAST_NAMES = "Abernathy|Bellweather|Castellan|Dray|Eastlake|Fairbairn|Grovener|Hallam|Ingram|Jessop|Kirkwall"
_CITIES = "Dayton|Leeds|Rotterdam|Calgary|Charlotte|Gothenburg|Cork|Denver|Lyon|Osaka"
_QUARTERS = (("first", "March 31", "April"), ("second", "June 30", "July"), ("third", "September 30", "October"),
             ("fourth", "December 31", "February"))  # fmt: skip

_FORWARD_LOOKING = (
    "This [release|statement] contains forward-looking statements[ within the meaning of securities law|]. Actual results "
    "may differ [materially|significantly] because of {drivers}, {costs}, [interest rates|currency movements|competition] "
    "and other [factors|risks] described in the [company's filings|annual report]."
)

_REPORT = (
    "{company} [reports|announces|posts] {quarter} quarter {year} results\n\n{city}, {month} {day}, {report_year} - {company} "
    "({ticker}), a [leading|mid-sized|diversified] {sector} company, today [reported|announced] [financial |]results for the "
    "quarter ended {period_end}, {year}.",
    "Financial highlights\nRevenue: ${revenue} million (prior year: ${revenue_before} million)\nGross profit: ${gross} million\n"
    "Operating income: ${operating} million\nNet income: ${net} million\nDiluted earnings per share: ${eps}\n"
    "Free cash flow: ${free} million",
    "Revenue {moved} {growth} [year over year|from the same quarter of {last_year}] to ${revenue} million, [driven|shaped] by "
    "{drivers}. Gross margin was {gross_margin} and operating margin was {operating_margin}, compared with "
    "{operating_margin_before} a year earlier, as [the company {margin_reason}|{costs} {costs_moved}].",
    "{segment_a} revenue was ${revenue_a} million, or {share_a} of the total, [supported by|reflecting demand for] the {product}. "
    "{segment_b} contributed ${revenue_b} million.",
    '"{sentiment}," said {chief}, chief executive officer of {short}. "[We remain focused on|Our priorities are] [disciplined '
    "capital allocation|cash generation|profitable growth|cost control] and [serving our customers well|investing in the "
    '{product}|a strong balance sheet]."',
    "[Operating activities generated|Net cash from operating activities was] ${cash_flow} million. After capital expenditures of "
    "${capex} million, free cash flow was ${free} million. The company [ended|closed] the quarter with cash of ${cash} million "
    "and total debt of ${debt} million. [The board declared a quarterly dividend of ${dividend} per share.|The company "
    "repurchased ${buyback} million of its shares.|No shares were repurchased in the quarter.]",
    "Outlook\nFor [the full year|fiscal {next_year}] management [expects|guides to] revenue growth of {guide_low} to {guide_high} "
    "and an operating margin [close to|of about] {operating_margin}. The [outlook|guidance] assumes [no material change in "
    "{drivers}|stable exchange rates|that {costs} stay at current levels].",
    _FORWARD_LOOKING,
)

_FILING = (
    "{company}\nQuarterly report for the period ended {period_end}, {year}\n\nItem 2. Management's discussion and analysis of "
    "financial condition and results of operations",
    "Overview. {company} [operates|does business] in two [reportable |]segments, {segment_a} and {segment_b}, with headquarters in "
    "{city}. [Results depend on|The principal measures of performance are] {drivers} and on {costs}.",
    "Results of operations. [Net revenue|Revenue] for the {quarter} quarter {moved} {growth} to ${revenue} million from "
    "${revenue_before} million in the prior-year period. The {direction} was [primarily|mainly] attributable to {drivers}. "
    "{segment_a} accounted for ${revenue_a} million and {segment_b} for ${revenue_b} million.",
    "Gross profit was ${gross} million, or {gross_margin} of revenue. Operating expenses were ${expenses} million, [including|which "
    "include] [research and development|selling, general and administrative expense|amortisation of intangible assets]. Operating "
    "income was ${operating} million, or {operating_margin} of revenue, compared with {operating_margin_before} in the prior year.",
    "Interest expense was ${interest} million. The provision for income taxes was ${tax} million, an effective rate of {tax_rate} of "
    "pre-tax income of ${pretax} million. Net income was ${net} million, or ${eps} per diluted share on {shares} million shares.",
    "Liquidity and capital resources. At {period_end}, {year}, [cash and cash equivalents|cash] totalled ${cash} million and "
    "borrowings ${debt} million, [for net debt of|so that net debt was] ${net_debt} million. Cash provided by operating activities "
    "was ${cash_flow} million; capital expenditures were ${capex} million. The company was in compliance with [all covenants|the "
    "leverage covenant] of its [revolving credit facility|term loan agreement].",
    "[Critical accounting estimates|Use of estimates]. [Goodwill is tested for impairment each year|Revenue is recognised when control "
    "passes to the customer|Inventories are stated at the lower of cost and net realisable value|Credit losses are estimated over the "
    "life of the receivable]; [no impairment was recorded|no adjustment was material] in the quarter.",
    "Risk factors. [A decline in|An adverse change in] {drivers} or [a rise in|higher] {costs} could [materially |]reduce [revenue|"
    "margins|cash flow]. [The company is party to legal proceedings in the ordinary course of business.|A hypothetical change of 100 "
    "basis points in interest rates would change annual interest expense by ${rate_effect} million.]",
)

_NOTE = (
    "{short} ({ticker}): {rating}, target price ${target}\n[Equity research|Market note|Company update], {month} {day}, {report_year}, "
    "{sector} sector",
    "[What happened.|The quarter in brief.] {company} reported {quarter} quarter revenue of ${revenue} million against ${revenue_before} "
    "million a year ago, {a_growth} {direction} of {growth}. Operating income of ${operating} million [implies|means] a margin of "
    "{operating_margin}. Earnings per share were ${eps}.",
    "[Our view.|Why it matters.] [We think|In our view] {drivers} [will decide the next two quarters|matter more than the headline "
    "figure]. {sentiment_note} [Investors worry about|The bear case rests on] {costs}, [but|yet] [the balance sheet is "
    "sound|management has reacted early|the {product} gives some protection].",
    "Guidance. Management [now |]expects growth of {guide_low} to {guide_high}. [We model the midpoint|Our estimate is in line|Consensus "
    "sits near the middle of the range]. {segment_a}, at {share_a} of revenue, [remains the engine|sets the pace]; {segment_b} brought "
    "in ${revenue_b} million.",
    "Valuation. At ${price} the shares trade on {multiple} times annualised earnings of ${eps_year}. Our target of ${target} [rests "
    "on|applies] {target_multiple} times the same earnings. Net debt of ${net_debt} million and free cash flow of ${free} million [a "
    "quarter |]leave room for [dividends|buybacks|acquisitions|debt reduction].",
    "[Market context.|Macro.] [Bond yields rose after the central bank held its policy rate|Equity markets were little changed|Credit "
    "spreads tightened|The yield curve steepened], and [investors rotated into|funds took profits in|volatility eased in] {sector} "
    "shares. [Inflation data due next week|The next policy meeting|Earnings season] [is the next test|will set the tone].",
    "Risks. [Upside|On the upside]: stronger {drivers}. [Downside|On the downside]: {costs}, [regulation|currency headwinds|customer "
    "concentration|execution].",
)

_KINDS = (("report", _REPORT), ("filing", _FILING), ("note", _NOTE))


def generate(documents: int, seed: int) -> list[tuple[str, str]]:
    """Make up financial documents.

    Takes: `documents`, 1 or more; `seed`, 0 or more. Gives: (name, text) of each, a few hundred words of text; document
    number n depends on the seed and n alone, so that fewer documents are the beginning of more.
    Raises: ValueError if `documents` is below 1.
    """
    if documents < 1:
        raise ValueError(f"{documents} documents: at least 1 is needed")
    return [
        _document(number, np.random.Generator(np.random.PCG64([seed, number]))) for number in range(1, documents + 1)
    ]


def _document(number: int, rng: np.random.Generator) -> tuple[str, str]:
    kind, paragraphs = _KINDS[int(rng.integers(len(_KINDS)))]
    facts = _company(rng) | _figures(rng)
    text = "\n\n".join(say(rng, paragraph, facts) for paragraph in paragraphs)
    return f"{number:05d}_{kind}_{facts['ticker'].lower()}", text + "\n"


def _company(rng: np.random.Generator) -> dict[str, str]:
    sector = _SECTORS[int(rng.integers(len(_SECTORS)))]
    stem = pick(rng, _BEGINNINGS) + pick(rng, _ENDINGS)
    suffix = pick(rng, sector.suffixes)
    short = f"{stem} {suffix}"
    quarter, period_end, month = _QUARTERS[int(rng.integers(4))]
    year = int(rng.integers(2010, 2025))
    return {
        "short": short,
        "company": f"{short} {pick(rng, 'Inc.|Corporation|plc|Holdings')}",
        "ticker": (stem + "xx")[:3].upper() + suffix[0],
        "city": pick(rng, _CITIES),
        "chief": f"{pick(rng, _FIRST_NAMES)} {pick(rng, _LAST_NAMES)}",
        "sector": sector.name,
        "segment_a": sector.segments[0],
        "segment_b": sector.segments[1],
        "product": f"[{sector.products}]",
        "drivers": f"[{sector.drivers}]",
        "costs": f"[{sector.costs}]",
        "quarter": quarter,
        "period_end": period_end,
        "month": month,
        "day": str(int(rng.integers(10, 29))),
        "year": str(year),
        "last_year": str(year - 1),
        "next_year": str(year + 1),
        "report_year": str(year + (quarter == "fourth")),
    }


def _figures(rng: np.random.Generator) -> dict[str, str]:
    """Give a quarter's figures. Amounts are whole tenths of a million, shares of them whole tenths of a percent."""

    def between(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    revenue, planned = between(2_000, 60_000), between(-120, 280)
    before = round(revenue * 1000 / (1000 + planned))
    growth = round(1000 * (revenue - before) / before)
    margin, margin_before = between(50, 280), between(50, 280)
    operating = round(revenue * margin / 1000)
    gross = operating + round(revenue * between(120, 400) / 1000)
    debt = between(revenue // 4, revenue * 3)
    cash = between(revenue // 10, max(debt - 1, revenue // 10))
    interest = min(round(debt * between(8, 15) / 1000), operating // 2)
    tax = round((operating - interest) * between(180, 260) / 1000)
    net = operating - interest - tax
    cash_flow = net + round(revenue * between(20, 80) / 1000)
    capex = round(cash_flow * between(200, 700) / 1000)
    first = round(revenue * between(520, 800) / 1000)
    shares = between(net // 4 + 10, net + 20)
    cents = max(round(100 * net / shares), 1)
    guide = round(growth * 0.6) + between(10, 30)
    multiple, target_multiple = between(9, 32), between(10, 34)
    amounts = {
        "revenue": revenue, "revenue_before": before, "gross": gross, "operating": operating, "net": net, "debt": debt,
        "cash": cash, "net_debt": debt - cash, "interest": interest, "tax": tax, "pretax": operating - interest,
        "expenses": gross - operating, "cash_flow": cash_flow, "capex": capex, "free": cash_flow - capex,
        "revenue_a": first, "revenue_b": revenue - first, "shares": shares, "buyback": max(cash // 20, 1),
        "rate_effect": max(debt // 100, 1),
    }  # fmt: skip
    shares_of = {
        "growth": abs(growth), "gross_margin": round(1000 * gross / revenue), "share_a": round(1000 * first / revenue),
        "operating_margin": round(1000 * operating / revenue), "operating_margin_before": margin_before,
        "tax_rate": round(1000 * tax / (operating - interest)), "guide_low": guide - 10, "guide_high": guide + 10,
    }  # fmt: skip
    dollars = {
        "eps": cents, "eps_year": 4 * cents, "price": 4 * cents * multiple, "target": 4 * cents * target_multiple,
        "dividend": max(cents // 4, 1),
    }  # fmt: skip
    facts = {name: f"{amount / 10:,.1f}" for name, amount in amounts.items()}
    facts |= {name: f"{share / 10:.1f}%" for name, share in shares_of.items()}
    facts |= {name: f"{amount / 100:,.2f}" for name, amount in dollars.items()}
    facts |= {"multiple": str(multiple), "target_multiple": str(target_multiple)}
    return facts | _wording(growth, margin - margin_before, target_multiple / multiple)


def _wording(growth: int, margin_change: int, upside: float) -> dict[str, str]:
    """Give the words that follow from the figures; `growth` and `margin_change` in tenths of a percent."""
    up = growth >= 0
    sentiment = {
        True: "[This was a strong quarter|Demand was robust|We delivered another solid performance]",
        False: "[This was a difficult quarter|Demand was softer than we expected|Conditions remained challenging]",
    }
    sentiment_note = {
        True: "[Momentum is better than feared.|The top line beat our estimate.|Growth looks durable.]",
        False: "[The top line missed our estimate.|The decline is cyclical, we believe.|A recovery will take time.]",
    }
    rating = "[buy|outperform]" if upside > 1.15 else "[sell|underperform]" if upside < 0.9 else "[hold|neutral]"
    return {
        "moved": "[rose|increased|grew]" if up else "[fell|declined|decreased]",
        "direction": "increase" if up else "decrease",
        "a_growth": "an" if up else "a",
        "margin_reason": "gained scale" if margin_change >= 0 else "invested ahead of demand",
        "costs_moved": "eased" if margin_change >= 0 else "weighed on results",
        "sentiment": sentiment[up],
        "sentiment_note": sentiment_note[up],
        "rating": rating,
    }
