"""Every method of acclimate: family -> name in a recipe -> "module:Class". Adding a method adds one line here.

Third parties register the same text as an entry point in the group `acclimate.FAMILY`.
"""

from __future__ import annotations

FAMILIES: dict[str, dict[str, str]] = {
    "sources": {
        "csv": "acclimate.sources.csv:Csv",
        "jsonl": "acclimate.sources.jsonl:Jsonl",
        "parquet": "acclimate.sources.parquet:Parquet",
        "text": "acclimate.sources.text:Text",
        "sample": "acclimate.sources.sample:Sample",
    },
    "prepare": {
        "sql": "acclimate.prepare.sql:Sql",
        "tagged": "acclimate.prepare.tagged:Tagged",
        "clean": "acclimate.prepare.clean:Clean",
        "deduplicate": "acclimate.prepare.deduplicate:Deduplicate",
        "split": "acclimate.prepare.split:Split",
    },
    "batch": {
        "padding_free": "acclimate.tokens.padding_free:PaddingFree",
        "pad": "acclimate.tokens.pad:Pad",
    },
    "masking": {
        "word": "acclimate.masking.word:Word",
        "token": "acclimate.masking.token:Token",
        "span": "acclimate.masking.span:Span",
        "white_space": "acclimate.masking.white_space:WhiteSpace",
        "token_sep": "acclimate.masking.token_sep:TokenSep",
    },
    "objective": {
        "mlm": "acclimate.objective.mlm:Mlm",
        "clm": "acclimate.objective.clm:Clm",
    },
    "adapter": {
        "full": "acclimate.adapter.full:Full",
        "lora": "acclimate.adapter.lora:Lora",
    },
    "floor": {
        "sample:hospital": "acclimate.samples.hospital.posterior:HospitalFloor",
    },
}
