using MudBlazor;

namespace Richpanel.Console.Shell;

/// <summary>Every colour and size of the console. Style sheets use only what is named here.</summary>
internal static class Theme
{
    private static readonly string[] s_text = ["Inter", "system-ui", "sans-serif"];

    public static MudTheme Mud { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#2f4bce",
            PrimaryContrastText = "#ffffff",
            Secondary = "#4b5563",
            Info = "#0b6a86",
            Success = "#17703f",
            Warning = "#8a5200",
            Error = "#b3261e",
            Dark = "#1b212b",
            Background = "#f7f8fa",
            BackgroundGray = "#f1f3f6",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1b212b",
            DrawerBackground = "#ffffff",
            DrawerText = "#3c4554",
            DrawerIcon = "#5b6576",
            TextPrimary = "#1b212b",
            TextSecondary = "#566072",
            TextDisabled = "#6b7484",
            ActionDefault = "#566072",
            ActionDisabled = "#8b94a3",
            ActionDisabledBackground = "#eceef2",
            Divider = "#e3e6ec",
            DividerLight = "#eceef2",
            LinesDefault = "#e3e6ec",
            LinesInputs = "#8a93a3",
            TableLines = "#e9ecf1",
            TableHover = "#f5f7fb",
            OverlayDark = "rgba(20,24,32,.4)",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8fa2ff",
            PrimaryContrastText = "#10131a",
            Secondary = "#aab3c2",
            Info = "#67c6e0",
            Success = "#62cc8f",
            Warning = "#e8b25a",
            Error = "#ff8f86",
            Dark = "#e6e9ef",
            Background = "#0f1218",
            BackgroundGray = "#141821",
            Surface = "#161b24",
            AppbarBackground = "#161b24",
            AppbarText = "#e6e9ef",
            DrawerBackground = "#161b24",
            DrawerText = "#c3cad6",
            DrawerIcon = "#98a2b3",
            TextPrimary = "#e6e9ef",
            TextSecondary = "#a3adbd",
            TextDisabled = "#8a94a5",
            ActionDefault = "#a3adbd",
            ActionDisabled = "#6b7586",
            ActionDisabledBackground = "#222936",
            Divider = "#272e3b",
            DividerLight = "#202634",
            LinesDefault = "#272e3b",
            LinesInputs = "#5d6778",
            TableLines = "#222936",
            TableHover = "#1b2130",
            OverlayDark = "rgba(0,0,0,.55)",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = s_text, FontSize = "0.875rem", LineHeight = "1.5", LetterSpacing = "0" },
            H1 = new H1Typography { FontFamily = s_text, FontSize = "1.375rem", FontWeight = "600", LineHeight = "1.3", LetterSpacing = "-0.01em" },
            H2 = new H2Typography { FontFamily = s_text, FontSize = "1rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "0" },
            Body1 = new Body1Typography { FontFamily = s_text, FontSize = "0.875rem", LineHeight = "1.5", LetterSpacing = "0" },
            Body2 = new Body2Typography { FontFamily = s_text, FontSize = "0.8125rem", LineHeight = "1.45", LetterSpacing = "0" },
            Button = new ButtonTypography { FontFamily = s_text, FontSize = "0.8125rem", FontWeight = "500", TextTransform = "none", LetterSpacing = "0" },
            Caption = new CaptionTypography { FontFamily = s_text, FontSize = "0.75rem", LetterSpacing = "0" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", DrawerWidthLeft = "216px", AppbarHeight = "52px" },
    };

    /// <summary>One colour per state, used for nothing else, and the three of code, as custom properties of the document.</summary>
    public static string Variables(bool dark) => dark
        ? Write("#62cc8f", "#e8b25a", "#c4a5ff", "#67c6e0", "#ff8f86", "#a3adbd", "#b3bccb", "#8fc7b9", "20%") + ":root{--code-text:#a9bdf0;--code-number:#eda6c4;--code-word:#dcb48c;}"
        : Write("#17703f", "#8a5200", "#6a35c0", "#0b6a86", "#b3261e", "#566072", "#47505f", "#2d6f60", "9%") + ":root{--code-text:#34508f;--code-number:#96315f;--code-word:#7a4a1e;}";

    /// <summary>The few colours of a page without MudBlazor, for both themes at once.</summary>
    public static string Plain { get; } = ":root{" + Colours(Mud.PaletteLight) + "}" + Variables(dark: false)
        + ":root[data-theme=dark]{" + Colours(Mud.PaletteDark) + "}" + Variables(dark: true).Replace(":root{", ":root[data-theme=dark]{", StringComparison.Ordinal);

    private static string Colours(Palette palette) =>
        $"--mud-palette-text-primary:{palette.TextPrimary};--mud-palette-text-secondary:{palette.TextSecondary};--mud-palette-divider:{palette.Divider};"
        + $"--mud-palette-surface:{palette.Surface};--mud-palette-background:{palette.Background};--mud-palette-background-gray:{palette.BackgroundGray};--mud-palette-primary:{palette.Primary};"
        + $"--mud-palette-primary-text:{palette.PrimaryContrastText};--mud-palette-lines-inputs:{palette.LinesInputs};--mud-palette-error:{palette.Error};--mud-palette-table-lines:{palette.TableLines};";

    private static string Write(
        string accepted, string waiting, string held, string sending, string failed, string skipped, string canceled, string settled, string tint) =>
        $":root{{--state-accepted:{accepted};--state-waiting:{waiting};--state-held:{held};--state-sending:{sending};--state-failed:{failed};"
        + $"--state-skipped:{skipped};--state-canceled:{canceled};--state-settled:{settled};--tint:{tint};}}";
}
